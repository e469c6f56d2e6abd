//! Every registered statement can run on both engines, and both engines have the same tables.

use stoa_core::Actor;
use stoa_testing::{Engine, TestApp, on_both_engines};

on_both_engines! {
    stoa::compose;

    async fn every_statement_can_be_prepared(app: TestApp) {
        let shop = app.shop().await;
        let mut cx = app.db.tenant(shop.id, Actor::System).read().await.unwrap();
        let (tenant_texts, refused) = cx.prepare_all().await.unwrap();
        assert!(refused.is_empty(), "{refused:#?}");
        drop(cx);

        let mut cx = app.db.platform_read().await.unwrap();
        let (control_texts, refused) = cx.prepare_all().await.unwrap();
        assert!(refused.is_empty(), "{refused:#?}");
        assert!(tenant_texts > 20 && control_texts > 20, "texts of modules are missing: {tenant_texts}, {control_texts}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_engines_have_the_same_columns() {
    let mut seen = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let app = TestApp::start(engine, stoa::compose).await;
        let shop = app.shop().await;
        let mut cx = app.db.tenant(shop.id, Actor::System).read().await.unwrap();
        let tenant = cx.columns().await.unwrap();
        drop(cx);
        let control = app.db.platform_read().await.unwrap().columns().await.unwrap();
        assert!(!tenant.is_empty() && !control.is_empty());
        seen.push((tenant, control));
    }
    let (sqlite, postgres) = (seen.remove(0), seen.remove(0));
    assert_eq!(sqlite.0, postgres.0, "the tenant store");
    assert_eq!(sqlite.1, postgres.1, "the control store");
}
