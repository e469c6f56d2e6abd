//! A tenant is bound only where it was placed, and writes only while nobody has fenced it.

use stoa_core::{Actor, Clock, TenantId};
use stoa_db::{Db, DbError, sql};
use stoa_testing::{PostgresServer, vault};

use crate::{Engine, NOTES, Platform, connect, insert_note, on_both_engines, slugs, write_note};

on_both_engines! {
    async fn a_store_that_was_never_made_takes_nothing(platform: Platform) {
        let nobody = platform.db.tenant(TenantId::new(platform.db.clock().now()), Actor::Command);
        let refused = match nobody.begin().await {
            Ok(mut cx) => insert_note(&mut cx, "lost").await.unwrap_err(),
            Err(error) => error,
        };
        assert!(matches!(refused, DbError::Unavailable(_)), "{refused:?}");
    }

    async fn a_tenant_is_placed_once(platform: Platform) {
        let tenant = platform.tenant().await.tenant();
        let mut cx = platform.db.platform_begin(Actor::Command).await.unwrap();
        let before = cx.placement(tenant).await.unwrap().unwrap();
        assert_eq!((before.shard.as_str(), before.epoch, before.fenced), ("main", 1, false));
        let mut elsewhere = platform.db.usual_placing();
        elsewhere.shard = Some("nowhere".to_owned());
        assert_eq!(cx.place(tenant, &elsewhere).await.unwrap(), before);
        let other = TenantId::new(cx.now());
        cx.place(other, &elsewhere).await.unwrap_err();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fence_keeps_writers_out_and_lets_readers_in() {
    let platform = Platform::start(Engine::Postgres).await;
    let (tenant, other) = (platform.tenant().await, platform.tenant().await);
    write_note(&tenant, "before").await;
    let fence = platform.db.fence(tenant.tenant()).await.unwrap();

    let mut cx = tenant.begin().await.unwrap();
    let refused = insert_note(&mut cx, "meanwhile").await.unwrap_err();
    assert!(matches!(refused, DbError::Moved), "{refused:?}");
    drop(cx);
    // What changes rows without adding any would find none, and seem to have worked.
    let mut cx = tenant.begin().await.unwrap();
    let refused = cx.sql(sql!("DELETE FROM notes")).execute().await.unwrap_err();
    assert!(matches!(refused, DbError::Moved), "{refused:?}");
    drop(cx);
    assert_eq!(slugs(&tenant).await, ["before"]);
    write_note(&other, "untouched").await;

    fence.lift().await.unwrap();
    write_note(&tenant, "since").await;
    assert_eq!(slugs(&tenant).await, ["before", "since"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fence_waits_for_a_writer_that_has_begun() {
    let platform = Platform::start(Engine::Postgres).await;
    let tenant = platform.tenant().await;
    let mut cx = tenant.begin().await.unwrap();
    insert_note(&mut cx, "begun").await.unwrap();
    let (db, id) = (platform.db.clone(), tenant.tenant());
    let fence = tokio::spawn(async move { db.fence(id).await });
    // From here on nobody else begins, and whoever has begun may end.
    loop {
        let mut late = tenant.begin().await.unwrap();
        let late = insert_note(&mut late, "late").await;
        if matches!(late, Err(DbError::Moved)) {
            break;
        }
    }
    assert!(!fence.is_finished());
    cx.commit().await.unwrap();
    fence.await.unwrap().unwrap();
    assert_eq!(slugs(&tenant).await, ["begun"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_remembers_an_older_place_asks_again() {
    let platform = Platform::start(Engine::Postgres).await;
    let other = Db::open(&platform.stores, &[NOTES], Clock::System, vault())
        .await
        .unwrap();
    let tenant = platform.tenant().await;
    let theirs = other.tenant(tenant.tenant(), Actor::Command);
    write_note(&theirs, "first").await;
    let superuser = connect(&PostgresServer::shared().superuser_url()).await;
    for table in ["shard.placements", "platform.placements"] {
        let moved = format!(
            "UPDATE {table} SET epoch = epoch + 1 WHERE tenant_id = '{}'",
            tenant.tenant().uuid()
        );
        superuser.batch_execute(&moved).await.unwrap();
    }

    let mut stale = theirs.begin().await.unwrap();
    let refused = insert_note(&mut stale, "lost").await.unwrap_err();
    assert!(matches!(refused, DbError::Moved), "{refused:?}");
    drop(stale);
    write_note(&theirs, "second").await;
    assert_eq!(slugs(&theirs).await, ["first", "second"]);
}
