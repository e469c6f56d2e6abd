//! No unit of work sees another tenant, whatever ran on its connection before.

use stoa_core::{Actor, TenantId};
use stoa_db::{JournalFilter, Stretch, sql};

use crate::{Engine, Platform, on_both_engines, slugs, write_note};

on_both_engines! {
    async fn the_same_slug_in_two_tenants(platform: Platform) {
        let (a, b) = (platform.tenant().await, platform.tenant().await);
        write_note(&a, "same").await;
        write_note(&b, "same").await;
        write_note(&b, "mine").await;
        assert_eq!(slugs(&a).await, ["same"]);
        assert_eq!(slugs(&b).await, ["mine", "same"]);
    }

    async fn a_change_without_a_condition_stays_in_its_tenant(platform: Platform) {
        let (a, b) = (platform.tenant().await, platform.tenant().await);
        write_note(&a, "a").await;
        write_note(&b, "b").await;
        let mut cx = a.begin().await.unwrap();
        assert_eq!(cx.sql(sql!("DELETE FROM notes")).execute().await.unwrap(), 1);
        cx.commit().await.unwrap();
        assert_eq!(slugs(&b).await, ["b"]);
    }

    async fn interleaved_units_keep_their_tenant(platform: Platform) {
        let tenants = [platform.tenant().await, platform.tenant().await, platform.tenant().await];
        for tenant in &tenants {
            write_note(tenant, &tenant.tenant().to_string()).await;
        }
        let rounds = (0..300).map(|round| {
            let tenant = tenants[round % 3].clone();
            tokio::spawn(async move { (tenant.tenant().to_string(), slugs(&tenant).await) })
        });
        for round in rounds {
            let (own, seen) = round.await.unwrap();
            assert_eq!(seen, [own]);
        }
    }

    async fn a_store_that_was_never_made_holds_nothing(platform: Platform) {
        let nobody = platform.db.tenant(TenantId::new(platform.db.clock().now()), Actor::Command);
        let mut found = Vec::new();
        if let Ok(mut cx) = nobody.read().await {
            found = cx.sql(sql!("SELECT slug FROM notes")).all::<(String,)>().await.unwrap_or_default();
        }
        assert!(found.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_another_tenant_is_refused() {
    let platform = Platform::start(Engine::Sqlite).await;
    let (a, b) = (platform.tenant().await, platform.tenant().await);
    let file = |tenant: TenantId| {
        platform
            .data
            .path()
            .join("tenants")
            .join(format!("{}.db", tenant.uuid()))
    };
    std::fs::copy(file(a.tenant()), file(b.tenant())).unwrap();
    assert!(b.read().await.is_err());
    assert!(a.read().await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_in_place_of_a_file_is_refused() {
    let platform = Platform::start(Engine::Sqlite).await;
    let a = platform.tenant().await;
    let tenants = platform.data.path().join("tenants");
    let elsewhere = platform.data.path().join("elsewhere.db");
    let file = tenants.join(format!("{}.db", a.tenant().uuid()));
    std::fs::rename(&file, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
    assert!(a.read().await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_exchanged_while_it_is_open_is_refused() {
    let platform = Platform::start(Engine::Sqlite).await;
    let (a, b) = (platform.tenant().await, platform.tenant().await);
    write_note(&a, "secret").await;
    let file = |tenant: TenantId| {
        platform
            .data
            .path()
            .join("tenants")
            .join(format!("{}.db", tenant.uuid()))
    };
    let mut open = b.read().await.unwrap();
    assert_eq!(
        open.journal(&JournalFilter::default(), &Stretch::first(1))
            .await
            .unwrap()
            .len(),
        0
    );
    std::fs::copy(file(a.tenant()), file(b.tenant()).with_extension("copy")).unwrap();
    std::fs::rename(file(b.tenant()).with_extension("copy"), file(b.tenant())).unwrap();
    assert!(b.read().await.is_err(), "a second connection is checked too");
}
