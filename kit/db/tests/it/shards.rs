//! Tenants' stores on several databases.

use stoa_core::{Actor, FeatureSet, Slug, TenantId};
use stoa_db::{Db, DbError, JournalFilter, PlacementKind, Placing, Stretch, TenantDb};
use stoa_testing::{PostgresServer, vault};

use crate::{NOTES, Platform, connect, slugs, write_note};

fn east() -> Slug {
    Slug::parse("east").unwrap()
}

/// How the shard `east` is reached: as another database of the same server.
pub(crate) fn eastern(url: &str) -> String {
    format!("{}/east", url.trim_end_matches("/stoa"))
}

/// A platform with a second database as the shard `east`.
pub(crate) async fn two_shards() -> (PostgresServer, Platform) {
    let server = PostgresServer::private();
    let superuser = connect(&server.superuser_url()).await;
    superuser
        .batch_execute("CREATE DATABASE east OWNER stoa_owner")
        .await
        .unwrap();
    let platform = Platform::on(&server).await;
    let (url, owner_url) = (eastern(&server.app_url()), eastern(&server.owner_url()));
    platform.db.add_shard(&east(), &url, &owner_url).await.unwrap();
    (server, platform)
}

pub(crate) async fn placed(db: &Db, kind: PlacementKind, shard: Option<&str>) -> Result<TenantDb, DbError> {
    let mut cx = db.platform_begin(Actor::Command).await?;
    let tenant = TenantId::new(cx.now());
    let placing = Placing {
        kind,
        shard: shard.map(str::to_owned),
    };
    cx.place(tenant, &placing).await?;
    cx.commit().await?;
    db.provision(tenant, &FeatureSet::default()).await?;
    Ok(db.tenant(tenant, Actor::Command))
}

pub(crate) async fn shard_of(db: &Db, tenant: &TenantDb) -> String {
    let mut cx = db.platform_read().await.unwrap();
    cx.placement(tenant.tenant()).await.unwrap().unwrap().shard
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tenants_spread_over_shards() {
    let (server, platform) = two_shards().await;
    let (one, two) = (platform.tenant().await, platform.tenant().await);
    let mut on = [
        shard_of(&platform.db, &one).await,
        shard_of(&platform.db, &two).await,
    ];
    on.sort();
    assert_eq!(on, ["east", "main"]);
    for tenant in [&one, &two] {
        write_note(tenant, "same").await;
        assert_eq!(slugs(tenant).await, ["same"]);
    }
    let there = connect(&eastern(&server.superuser_url())).await;
    let notes: i64 = there
        .query_one("SELECT count(*) FROM tenant.notes", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(notes, 1);
    let tables: i64 = there
        .query_one(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'platform'",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert_eq!(tables, 0, "the control store is on main alone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dedicated_shard_is_for_one() {
    let (_server, platform) = two_shards().await;
    let db = &platform.db;
    let own = placed(db, PlacementKind::Dedicated, None).await.unwrap();
    let on = shard_of(db, &own).await;
    write_note(&own, "alone").await;
    for _ in 0..3 {
        assert_ne!(shard_of(db, &platform.tenant().await).await, on);
    }
    for (kind, shard) in [
        (PlacementKind::Pool, Some(on.as_str())),
        (PlacementKind::Dedicated, Some(&on)),
        (PlacementKind::Dedicated, None),
        (PlacementKind::Pool, Some("nowhere")),
    ] {
        placed(db, kind, shard).await.unwrap_err();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shard_that_is_down_stops_nobody_else() {
    let (main, other) = (PostgresServer::private(), PostgresServer::private());
    let platform = Platform::on(&main).await;
    let (url, owner_url) = (other.app_url(), other.owner_url());
    platform.db.add_shard(&east(), &url, &owner_url).await.unwrap();
    let far = placed(&platform.db, PlacementKind::Pool, Some("east"))
        .await
        .unwrap();
    let near = placed(&platform.db, PlacementKind::Pool, Some("main"))
        .await
        .unwrap();
    write_note(&far, "far").await;
    tokio::task::spawn_blocking(move || other.stop()).await.unwrap();

    // Also for a process that starts meanwhile.
    let restarted = Db::open(&platform.stores, &[NOTES], stoa_core::Clock::System, vault())
        .await
        .unwrap();
    for db in [&platform.db, &restarted] {
        let far = db.tenant(far.tenant(), Actor::Command);
        let refused = match far.read().await {
            Ok(mut cx) => cx
                .journal(&JournalFilter::default(), &Stretch::first(1))
                .await
                .unwrap_err(),
            Err(error) => error,
        };
        assert!(matches!(refused, DbError::Unavailable(_)), "{refused:?}");
        write_note(
            &db.tenant(near.tenant(), Actor::Command),
            &uuid::Uuid::now_v7().to_string(),
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shard_is_added_once_and_without_its_password() {
    let (server, platform) = two_shards().await;
    let (url, owner_url) = (server.app_url(), server.owner_url());
    let west = Slug::parse("west").unwrap();
    for (name, url, owner_url) in [
        (&east(), &url, &owner_url),
        (&west, &url, &owner_url),
        (&west, &eastern(&url), &eastern(&owner_url)),
        (&west, &eastern(&url), &owner_url),
    ] {
        let refused = platform.db.add_shard(name, url, owner_url).await;
        assert!(refused.is_err(), "{name} {url} {owner_url}");
    }
    let with_password = url.replace("stoa_app", "stoa_app:hush");
    let refused = platform
        .db
        .add_shard(&west, &with_password, &owner_url)
        .await
        .unwrap_err();
    let DbError::Unavailable(reason) = refused else {
        panic!("{refused:?}")
    };
    assert!(reason.to_string().contains("PASSFILE"), "{reason}");
    let shards = platform.db.platform_read().await.unwrap().shards().await.unwrap();
    assert_eq!(
        shards.iter().map(|shard| shard.name.as_str()).collect::<Vec<_>>(),
        ["east", "main"]
    );
}
