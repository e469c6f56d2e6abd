//! One import of a business at a time, in the order in which they came; and an end to one that is not wanted.

use std::time::Duration;

use serde_json::json;
use stoa_core::Actor;
use stoa_db::control_sql;
use stoa_testing::{Shop, TestApp, on_both_engines};

use crate::builders::{HEADER, counts, items, kept, path, run_jobs, send, show, text, told};

async fn without_features(app: &TestApp, shop: &Shop) {
    let mut cx = app
        .db
        .platform_begin(Actor::Command)
        .await
        .expect("the control store opens");
    cx.sql(control_sql!("UPDATE tenants SET features = $2 WHERE id = $1"))
        .bind(shop.id)
        .bind(json!([]))
        .execute()
        .await
        .expect("features are switched off");
    cx.commit().await.expect("it is committed");
    // Another process may go on for a second with what was true.
    app.clock.advance(Duration::from_secs(2));
}

on_both_engines! {
    stoa::compose;

    async fn imports_run_one_after_the_other(app: TestApp) {
        let shop = app.shop().await;
        let row = |price: &str| format!("{HEADER}mug,Mug,,,MUG,{price}\n");
        let first = send(&shop, row("450").as_bytes()).await.expect_status(201).json();
        app.clock.advance(Duration::from_millis(1));
        let second = send(&shop, row("500").as_bytes()).await.expect_status(201).json();
        assert_eq!((&first["state"], &second["state"]), (&json!("waiting"), &json!("waiting")));
        run_jobs(&app, &shop).await;
        let (first, second) = (show(&shop, &first).await, show(&shop, &second).await);
        assert_eq!((counts(&first), counts(&second)), ([1, 1, 0, 0, 0], [1, 0, 1, 0, 0]));
        let mug = shop.get("/ecommerce/products/mug").await.json();
        assert_eq!(mug["variants"][0]["price"]["amount"], 50_000, "the file that came last counts");
        let listed = shop.get("/imports").await.expect_status(200).json();
        let ids: Vec<_> = items(&listed).iter().map(|item| text(&item["id"])).collect();
        assert_eq!(ids, [text(&second["id"]), text(&first["id"])]);
        assert_eq!(told(&app, &shop, "import.finished").await, 2);
    }

    async fn one_that_waits_can_be_cancelled_once(app: TestApp) {
        let shop = app.shop().await;
        let sent = send(&shop, format!("{HEADER}mug,Mug,,,MUG,450\n").as_bytes()).await.expect_status(201).json();
        let cancel = shop.api(&path(&sent, "/cancellation"));
        let cancelled = shop.owner.post(&cancel).send().await.expect_status(200).json();
        assert_eq!(cancelled["state"], "cancelled");
        let again = shop.owner.post(&cancel).send().await.expect_status(409).json();
        assert_eq!(again["code"], "imports.over");
        run_jobs(&app, &shop).await;
        assert!(items(&shop.get("/ecommerce/products").await.json()).is_empty());
        assert_eq!(kept(&app, &shop).await, (0, 1));
    }

    async fn ten_may_wait(app: TestApp) {
        let shop = app.shop().await;
        let file = format!("{HEADER}mug,Mug,,,MUG,450\n");
        for _ in 0..10 {
            send(&shop, file.as_bytes()).await.expect_status(201);
        }
        let refused = send(&shop, file.as_bytes()).await.expect_status(409).json();
        assert_eq!(refused["code"], "imports.queue_full");
        run_jobs(&app, &shop).await;
        send(&shop, file.as_bytes()).await.expect_status(201);
    }

    /// ATK-O12: without the feature nothing is imported, be it sent before or after.
    async fn a_feature_that_is_off_imports_nothing(app: TestApp) {
        let shop = app.shop().await;
        let file = format!("{HEADER}mug,Mug,,,MUG,450\n");
        let sent = send(&shop, file.as_bytes()).await.expect_status(201).json();
        without_features(&app, &shop).await;
        let refused = send(&shop, file.as_bytes()).await.expect_status(403).json();
        assert_eq!(refused["code"], "feature.disabled");
        run_jobs(&app, &shop).await;
        let failed = show(&shop, &sent).await;
        assert_eq!((&failed["state"], &failed["failure"]["code"]), (&json!("failed"), &json!("feature.disabled")));
        assert_eq!(told(&app, &shop, "product.created").await, 0);
    }
}
