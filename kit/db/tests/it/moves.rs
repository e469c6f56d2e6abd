//! A store moves to another database while it is written, and wherever that is cut short it is in one place.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use stoa_core::{Actor, Clock, TenantId};
use stoa_db::{Audit, Db, DbError, JournalFilter, PlacementKind, Stretch, TenantDb};
use stoa_testing::{PostgresServer, vault};

use crate::{
    MODULES, NoteWritten, Platform, connect, insert_note,
    shards::{eastern, placed, shard_of, two_shards},
    slugs, write_note,
};

/// Writes notes one after the other until it is told to end; remembers those that were acknowledged.
fn keep_writing(
    tenant: TenantDb,
    word: &'static str,
    ended: &Arc<AtomicBool>,
    acknowledged: &Arc<Mutex<BTreeSet<String>>>,
) -> tokio::task::JoinHandle<()> {
    let (ended, acknowledged) = (Arc::clone(ended), Arc::clone(acknowledged));
    tokio::spawn(async move {
        let mut number = 0;
        while !ended.load(Ordering::Relaxed) {
            number += 1;
            let slug = format!("{word}-{number:05}");
            match try_note(&tenant, &slug).await {
                Ok(()) => {
                    acknowledged.lock().unwrap().insert(slug);
                }
                Err(DbError::Moved | DbError::Busy) => tokio::task::yield_now().await,
                Err(other) => panic!("{other:?}"),
            }
        }
    })
}

async fn try_note(tenant: &TenantDb, slug: &str) -> Result<(), DbError> {
    let mut cx = tenant.begin().await?;
    insert_note(&mut cx, slug).await?;
    cx.record(&NoteWritten {
        slug: slug.to_owned(),
    });
    cx.commit().await
}

async fn restarted(platform: &Platform) -> Db {
    Db::open(&platform.stores, MODULES, Clock::System, vault())
        .await
        .unwrap()
}

async fn problems(db: &Db) -> Vec<(TenantId, String, String)> {
    let found = db.misplaced().await.unwrap();
    found
        .into_iter()
        .map(|one| (one.tenant, one.shard, one.problem))
        .collect()
}

async fn on_main(platform: &Platform) -> TenantDb {
    let main = Some("main");
    placed(&platform.db, PlacementKind::Pool, main).await.unwrap()
}

/// How many rows of a tenant's notes a database has.
async fn rows_at(url: &str, tenant: TenantId) -> i64 {
    let count = format!(
        "SELECT count(*) FROM tenant.notes WHERE tenant_id = '{}'",
        tenant.uuid()
    );
    let superuser = connect(url).await;
    superuser.query_one(&count, &[]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_moves_while_it_is_written() {
    let (server, platform) = two_shards().await;
    let other = restarted(&platform).await;
    let (tenant, neighbour) = (on_main(&platform).await, on_main(&platform).await);
    let id = tenant.tenant();
    let (ended, acknowledged) = (Arc::default(), Arc::default());
    let theirs = Arc::default();
    let writers = [
        keep_writing(tenant.clone(), "here", &ended, &acknowledged),
        keep_writing(other.tenant(id, Actor::Command), "there", &ended, &acknowledged),
        keep_writing(neighbour.clone(), "here", &ended, &theirs),
    ];
    let has = |number: usize| {
        let acknowledged = Arc::clone(&acknowledged);
        async move {
            while acknowledged.lock().unwrap().len() < number {
                tokio::task::yield_now().await;
            }
        }
    };
    has(20).await;
    let fence = platform.db.fence(id).await.unwrap();
    let before = acknowledged.lock().unwrap().len();
    let copied = fence.copy_to(PlacementKind::Pool, "east").await.unwrap();
    let placement = copied.place(Actor::Command).await.unwrap();
    assert_eq!((placement.shard.as_str(), placement.epoch), ("east", 2));
    has(before + 20).await;
    // Whoever knows the old place only is turned away, and then asks anew.
    let last = other.tenant(id, Actor::Command);
    while try_note(&last, "zulu").await.is_err() {}
    acknowledged.lock().unwrap().insert("zulu".to_owned());
    ended.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }

    let written: Vec<_> = acknowledged.lock().unwrap().iter().cloned().collect();
    let expected: Vec<_> = theirs.lock().unwrap().iter().cloned().collect();
    for db in [&platform.db, &other] {
        let tenant = db.tenant(id, Actor::Command);
        assert_eq!(slugs(&tenant).await, written);
        let mut cx = tenant.read().await.unwrap();
        let lines = i64::try_from(written.len()).unwrap();
        assert_eq!(cx.audit().await.unwrap(), Audit::Whole { lines });
        drop(cx);
        assert_eq!(
            slugs(&db.tenant(neighbour.tenant(), Actor::Command)).await,
            expected
        );
    }
    assert_eq!(rows_at(&server.superuser_url(), id).await, 0);
    assert_eq!(problems(&platform.db).await, []);
    let shards = platform.db.platform_read().await.unwrap().shards().await.unwrap();
    let counts: Vec<_> = shards
        .iter()
        .map(|shard| (shard.name.as_str(), shard.tenants))
        .collect();
    assert_eq!(counts, [("east", 1), ("main", 1)]);

    // And back.
    let fence = platform.db.fence(id).await.unwrap();
    let copied = fence.copy_to(PlacementKind::Pool, "main").await.unwrap();
    assert_eq!(copied.place(Actor::Command).await.unwrap().epoch, 3);
    assert_eq!(slugs(&platform.db.tenant(id, Actor::Command)).await, written);
    let stale = last
        .read()
        .await
        .unwrap()
        .journal(&JournalFilter::default(), &Stretch::first(1))
        .await;
    assert!(matches!(stale, Err(DbError::Moved)), "{stale:?}");
    assert_eq!(slugs(&last).await, written);
}

/// Where a move was cut short.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cut {
    Fenced,
    Copied,
    /// The store is said to be elsewhere, and what it was copied from is still there.
    Placed,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_was_cut_short_leaves_one_store() {
    let (server, platform) = two_shards().await;
    for cut in [Cut::Fenced, Cut::Copied, Cut::Placed] {
        let tenant = on_main(&platform).await;
        let id = tenant.tenant();
        write_note(&tenant, "first").await;
        // A process of its own, which ends in the middle.
        let mover = restarted(&platform).await;
        let fence = mover.fence(id).await.unwrap();
        match cut {
            Cut::Fenced => drop(fence),
            Cut::Copied => drop(fence.copy_to(PlacementKind::Pool, "east").await.unwrap()),
            Cut::Placed => {
                let copied = fence.copy_to(PlacementKind::Pool, "east").await.unwrap();
                copied.place(Actor::Command).await.unwrap();
                let left = [
                    format!("INSERT INTO shard.placements VALUES ('{0}', 2, false)", id.uuid()),
                    format!(
                        "INSERT INTO tenant.store (tenant_id, tenant, created_at) VALUES ('{0}', '{0}', now())",
                        id.uuid()
                    ),
                ];
                let superuser = connect(&server.superuser_url()).await;
                superuser.batch_execute(&left.join(";")).await.unwrap();
            }
        }
        drop(mover);
        let found = problems(&platform.db).await;
        assert!(
            found.iter().any(|(tenant, ..)| *tenant == id),
            "{cut:?}: {found:?}"
        );
        if cut == Cut::Placed {
            // Whoever knows the old place only is turned away, and then asks anew.
            let refused = try_note(&tenant, "second").await;
            assert!(matches!(refused, Err(DbError::Moved)), "{cut:?}: {refused:?}");
            write_note(&tenant, "second").await;
            assert_eq!(platform.db.lift_abandoned_fences().await.unwrap(), [], "{cut:?}");
        } else {
            let refused = try_note(&tenant, "second").await;
            assert!(matches!(refused, Err(DbError::Moved)), "{cut:?}: {refused:?}");
            assert_eq!(slugs(&tenant).await, ["first"], "{cut:?}: readers go on");
            // The server takes a moment to see that its client is gone.
            while platform.db.lift_abandoned_fences().await.unwrap() != [id] {
                tokio::task::yield_now().await;
            }
            write_note(&tenant, "second").await;
        }
        platform.db.remove_leftovers().await.unwrap();
        assert_eq!(slugs(&tenant).await, ["first", "second"], "{cut:?}");
        let at = shard_of(&platform.db, &tenant).await;
        assert_eq!(at, if cut == Cut::Placed { "east" } else { "main" }, "{cut:?}");
        // What a copy that nobody placed has left is named, and replaced by the next one.
        let named = problems(&platform.db)
            .await
            .into_iter()
            .any(|(tenant, ..)| tenant == id);
        assert_eq!(named, cut == Cut::Copied, "{cut:?}");
        if cut == Cut::Copied {
            let fence = platform.db.fence(id).await.unwrap();
            let copied = fence.copy_to(PlacementKind::Pool, "east").await.unwrap();
            copied.place(Actor::Command).await.unwrap();
            assert_eq!(slugs(&tenant).await, ["first", "second"]);
            assert_eq!(rows_at(&eastern(&server.superuser_url()), id).await, 2);
        }
    }
    assert_eq!(problems(&platform.db).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_is_moved_by_one_at_a_time() {
    let (_server, platform) = two_shards().await;
    let tenant = on_main(&platform).await;
    let fence = platform.db.fence(tenant.tenant()).await.unwrap();
    let other = restarted(&platform).await;
    assert!(other.fence(tenant.tenant()).await.is_err());
    // Somebody is at it: this is no abandoned one.
    assert_eq!(other.lift_abandoned_fences().await.unwrap(), []);
    let refused = try_note(&tenant, "meanwhile").await;
    assert!(matches!(refused, Err(DbError::Moved)), "{refused:?}");
    fence.lift().await.unwrap();
    write_note(&tenant, "since").await;
    assert_eq!(problems(&platform.db).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_a_database_has_is_compared() {
    let server = PostgresServer::private();
    let platform = Platform::on(&server).await;
    let tenant = platform.tenant().await.tenant();
    let superuser = connect(&server.superuser_url()).await;
    let unknown = TenantId::new(platform.db.clock().now());
    let (unknown_id, id) = (unknown.uuid(), tenant.uuid());
    for (damage, undo, whose, says) in [
        (
            format!("INSERT INTO shard.placements VALUES ('{unknown_id}', 1, true)"),
            format!("DELETE FROM shard.placements WHERE tenant_id = '{unknown_id}'"),
            unknown,
            "nobody knows",
        ),
        (
            "UPDATE shard.placements SET epoch = 7".to_owned(),
            "UPDATE shard.placements SET epoch = 1".to_owned(),
            tenant,
            "epoch 7",
        ),
        (
            "UPDATE shard.placements SET open = false".to_owned(),
            "UPDATE shard.placements SET open = true".to_owned(),
            tenant,
            "keeps writers out",
        ),
        (
            "DELETE FROM shard.placements".to_owned(),
            format!("INSERT INTO shard.placements VALUES ('{id}', 1, true)"),
            tenant,
            "does not have the store",
        ),
    ] {
        superuser.batch_execute(&damage).await.unwrap();
        let found = problems(&platform.db).await;
        assert_eq!(found.len(), 1, "{damage}: {found:?}");
        assert!(
            found[0].0 == whose && found[0].2.contains(says),
            "{damage}: {found:?}"
        );
        superuser.batch_execute(&undo).await.unwrap();
        assert_eq!(problems(&platform.db).await, [], "{undo}");
    }
}
