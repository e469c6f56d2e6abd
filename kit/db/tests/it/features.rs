//! A tenant's store has the tables of the features that are on or ever were, whatever it was restored from.

use std::{fs::File, path::PathBuf};

use stoa_core::{Actor, Clock, Feature, FeatureSet, TenantId};
use stoa_db::{Cx, Db, DbResult, JournalFilter, Migration, Migrations, Stretch, TenantDb, control_sql, sql};
use stoa_testing::vault;
use uuid::Uuid;

use crate::{Engine, MODULES, NOTES, Platform, on_both_engines, slugs, write_note};

fn shop() -> FeatureSet {
    [Feature::Ecommerce].into_iter().collect()
}

async fn has_shop(tenant: &TenantDb) -> bool {
    let columns = tenant.read().await.unwrap().columns().await.unwrap();
    columns.iter().any(|column| column.table == "wares")
}

async fn insert_ware(cx: &mut Cx, name: &str) -> DbResult<u64> {
    cx.sql(sql!("INSERT INTO wares (id, name) VALUES ($1, $2)"))
        .bind(Uuid::now_v7())
        .bind(name)
        .execute()
        .await
}

async fn add_ware(tenant: &TenantDb, name: &str) {
    let mut cx = tenant.begin().await.unwrap();
    insert_ware(&mut cx, name).await.unwrap();
    cx.commit().await.unwrap();
}

async fn wares(tenant: &TenantDb) -> Vec<String> {
    let mut cx = tenant.read().await.unwrap();
    let rows: Vec<(String,)> = cx
        .sql(sql!("SELECT name FROM wares ORDER BY name"))
        .all()
        .await
        .unwrap();
    rows.into_iter().map(|(name,)| name).collect()
}

async fn snapshot(platform: &Platform, tenant: TenantId) -> PathBuf {
    let path = platform.data.path().join(format!("{}.snapshot", Uuid::now_v7()));
    platform.db.snapshot(tenant, &path).await.unwrap();
    path
}

async fn restore(platform: &Platform, tenant: TenantId, path: &PathBuf) {
    let file = File::open(path).unwrap();
    platform.db.restore(tenant, Actor::Command, file).await.unwrap();
}

/// Which features' tables the control store says that a store has.
async fn noted(db: &Db, tenant: TenantId) -> FeatureSet {
    let mut cx = db.platform_read().await.unwrap();
    cx.placement(tenant).await.unwrap().unwrap().features
}

on_both_engines! {
    async fn a_feature_s_tables_come_when_it_is_wanted(platform: Platform) {
        let (tenant, other) = (platform.tenant().await, platform.tenant().await);
        let shared = matches!(platform.stores, stoa_db::DbConfig::Postgres(_));
        assert_eq!(has_shop(&tenant).await, shared);
        // Whoever is at work meanwhile goes on.
        let mut reader = tenant.read().await.unwrap();
        reader.journal(&JournalFilter::default(), &Stretch::first(1)).await.unwrap();
        platform.db.equip(tenant.tenant(), &shop()).await.unwrap();
        reader.journal(&JournalFilter::default(), &Stretch::first(1)).await.unwrap();
        drop(reader);
        add_ware(&tenant, "kettle").await;
        assert_eq!(has_shop(&other).await, shared);

        // Once more, and by a process that was started since.
        platform.db.equip(tenant.tenant(), &shop()).await.unwrap();
        assert_eq!(noted(&platform.db, tenant.tenant()).await, shop());
        let restarted = Db::open(&platform.stores, MODULES, Clock::System, vault()).await.unwrap();
        let tenant = restarted.tenant(tenant.tenant(), Actor::Command);
        assert_eq!(wares(&tenant).await, ["kettle"]);
        assert!(restarted.is_current(other.tenant()).await.unwrap());
    }

    async fn a_store_may_have_them_from_birth(platform: Platform) {
        let tenant = TenantId::new(platform.db.clock().now());
        platform.db.provision(tenant, &shop()).await.unwrap();
        assert!(platform.db.is_current(tenant).await.unwrap());
        let tenant = platform.db.tenant(tenant, Actor::Command);
        add_ware(&tenant, "kettle").await;
        assert_eq!(wares(&tenant).await, ["kettle"]);
    }

    async fn a_snapshot_from_before_is_restored_with_them(platform: Platform) {
        let tenant = platform.tenant().await;
        write_note(&tenant, "first").await;
        let path = snapshot(&platform, tenant.tenant()).await;
        platform.db.equip(tenant.tenant(), &shop()).await.unwrap();
        add_ware(&tenant, "kettle").await;
        restore(&platform, tenant.tenant(), &path).await;
        assert_eq!(wares(&tenant).await, Vec::<String>::new());
        add_ware(&tenant, "cup").await;
        assert_eq!((wares(&tenant).await, slugs(&tenant).await), (vec!["cup".to_owned()], vec!["first".to_owned()]));
        assert!(platform.db.is_current(tenant.tenant()).await.unwrap());
    }
}

/// A tenant of one platform on another, with its key.
async fn taken_over(tenant: TenantId, from: &Platform, to: &Platform) -> TenantDb {
    let mut cx = from.db.platform_read().await.unwrap();
    let wrapped: (i64, Vec<u8>, stoa_core::Timestamp) = cx
        .sql(control_sql!(
            "SELECT version, wrapped, made_at FROM keyring WHERE tenant_id = $1"
        ))
        .bind(tenant)
        .one()
        .await
        .unwrap();
    drop(cx);
    let mut cx = to.db.platform_begin(Actor::Command).await.unwrap();
    cx.sql(control_sql!(
        "INSERT INTO keyring (tenant_id, version, wrapped, made_at) VALUES ($1, $2, $3, $4)"
    ))
    .bind(tenant)
    .bind(wrapped.0)
    .bind(wrapped.1)
    .bind(wrapped.2)
    .execute()
    .await
    .unwrap();
    cx.commit().await.unwrap();
    to.db.provision(tenant, &FeatureSet::default()).await.unwrap();
    to.db.tenant(tenant, Actor::Command)
}

/// What a snapshot of one engine holds is there on the other, in tables that the store there did not have, and in the next
/// snapshot from there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_is_restored_on_the_other_engine() {
    for (from, to) in [
        (Engine::Sqlite, Engine::Postgres),
        (Engine::Postgres, Engine::Sqlite),
    ] {
        let (from, to) = (Platform::start(from).await, Platform::start(to).await);
        let (plain, stocked) = (from.tenant().await, from.tenant().await);
        write_note(&plain, "first").await;
        from.db.equip(stocked.tenant(), &shop()).await.unwrap();
        add_ware(&stocked, "kettle").await;
        for (tenant, expected) in [(&plain, &[][..]), (&stocked, &["kettle"])] {
            let there = taken_over(tenant.tenant(), &from, &to).await;
            restore(&to, tenant.tenant(), &snapshot(&from, tenant.tenant()).await).await;
            let again = snapshot(&to, tenant.tenant()).await;
            to.db.equip(tenant.tenant(), &shop()).await.unwrap();
            assert_eq!(wares(&there).await, expected);
            add_ware(&there, "cup").await;
            restore(&to, tenant.tenant(), &again).await;
            assert_eq!(wares(&there).await, expected);
            let faults = to.db.examine(tenant.tenant()).await.unwrap();
            assert_eq!(faults, Vec::<String>::new());
        }
    }
}

fn file(platform: &Platform, tenant: TenantId) -> PathBuf {
    platform.data.path().join(format!("tenants/{}.db", tenant.uuid()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_before_that_was_put_back_by_hand_gets_them() {
    let platform = Platform::start(Engine::Sqlite).await;
    let id = platform.tenant().await.tenant();
    let kept = std::fs::read(file(&platform, id)).unwrap();
    platform.db.equip(id, &shop()).await.unwrap();
    let Platform { stores, data, db } = platform;
    drop(db);
    let platform = Platform::open(stores, data).await;
    std::fs::write(file(&platform, id), kept).unwrap();
    assert!(!platform.db.is_current(id).await.unwrap());
    let tenant = platform.db.tenant(id, Actor::Command);
    assert_eq!(wares(&tenant).await, Vec::<String>::new());
    assert!(platform.db.is_current(id).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_that_were_made_and_not_noted_stay() {
    let platform = Platform::start(Engine::Sqlite).await;
    let tenant = platform.tenant().await;
    platform.db.equip(tenant.tenant(), &shop()).await.unwrap();
    add_ware(&tenant, "kettle").await;
    let mut cx = platform.db.platform_begin(Actor::Command).await.unwrap();
    cx.sql(control_sql!(
        "UPDATE placements SET features = $2 WHERE tenant_id = $1"
    ))
    .bind(tenant.tenant())
    .bind(&FeatureSet::default())
    .execute()
    .await
    .unwrap();
    cx.commit().await.unwrap();
    let restarted = Db::open(&platform.stores, MODULES, Clock::System, vault())
        .await
        .unwrap();
    let tenant = restarted.tenant(tenant.tenant(), Actor::Command);
    assert_eq!(wares(&tenant).await, ["kettle"]);
    restarted.equip(tenant.tenant(), &shop()).await.unwrap();
    assert_eq!(noted(&restarted, tenant.tenant()).await, shop());
}

/// A store without a feature is none of its migrations' concern, and is not opened for them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feature_s_migrations_concern_its_stores_alone() {
    const NEXT: Migrations = Migrations {
        module: "more wares",
        feature: Some(Feature::Ecommerce),
        tenant: &[Migration {
            name: "0001_more",
            sqlite: "ALTER TABLE wares ADD COLUMN more TEXT",
            postgres: "",
        }],
        control: &[],
    };
    let platform = Platform::start(Engine::Sqlite).await;
    let (plain, stocked) = (platform.tenant().await, platform.tenant().await);
    platform.db.equip(stocked.tenant(), &shop()).await.unwrap();
    let modules = [MODULES, &[NEXT]].concat();
    let db = Db::open(&platform.stores, &modules, Clock::System, vault())
        .await
        .unwrap();
    assert!(db.is_current(plain.tenant()).await.unwrap());
    assert!(!db.is_current(stocked.tenant()).await.unwrap());
    assert!(has_shop(&db.tenant(stocked.tenant(), Actor::Command)).await);
    assert!(db.is_current(stocked.tenant()).await.unwrap());

    // What a program made that knew more is refused by one that knows less, in the stores that have it.
    let db = Db::open(&platform.stores, &[NOTES], Clock::System, vault())
        .await
        .unwrap();
    assert!(db.tenant(plain.tenant(), Actor::Command).read().await.is_ok());
    let refused = db.tenant(stocked.tenant(), Actor::Command).read().await;
    assert!(matches!(refused, Err(stoa_db::DbError::Unfit(_))), "{refused:?}");
}
