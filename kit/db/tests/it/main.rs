//! Units of work as modules use them, on both engines.
#![expect(clippy::unwrap_used, reason = "a test fails where its set-up does")]

mod attack;
mod catalogue;
mod copy;
mod features;
mod generations;
mod isolation;
mod journal;
mod keyring;
mod load;
mod moves;
mod placement;
mod restart;
mod roles;
mod shards;
mod tls;
mod units;

use serde::Serialize;
use stoa_core::{Actor, Clock, Feature, FeatureSet, TenantId};
use stoa_db::{Db, DbConfig, Event, Migration, Migrations, PostgresConfig, TenantDb};
use stoa_testing::{PostgresServer, vault};
use tempfile::TempDir;

const NOTES: Migrations = Migrations {
    module: "notes",
    feature: None,
    tenant: &[Migration {
        name: "0001_notes",
        sqlite: "CREATE TABLE notes (id BLOB NOT NULL PRIMARY KEY, slug TEXT NOT NULL UNIQUE, stars INTEGER NOT NULL,
                 body TEXT, at INTEGER NOT NULL, extra TEXT NOT NULL, pinned INTEGER NOT NULL) STRICT",
        postgres: "CREATE TABLE notes (
                 tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
                 id uuid NOT NULL, slug text NOT NULL, stars bigint NOT NULL, body text, at timestamptz NOT NULL,
                 extra jsonb NOT NULL, pinned boolean NOT NULL,
                 PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, slug))",
    }],
    control: &[],
};

/// A module whose tables come with its feature.
const WARES: Migrations = Migrations {
    module: "wares",
    feature: Some(Feature::Ecommerce),
    tenant: &[Migration {
        name: "0001_wares",
        sqlite: "CREATE TABLE wares (id BLOB NOT NULL PRIMARY KEY, name TEXT NOT NULL) STRICT",
        postgres: "CREATE TABLE wares (
                 tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
                 id uuid NOT NULL, name text NOT NULL, PRIMARY KEY (tenant_id, id))",
    }],
    control: &[],
};

const MODULES: &[Migrations] = &[NOTES, WARES];

#[derive(Debug, Clone, Copy)]
enum Engine {
    Sqlite,
    Postgres,
}

/// A platform of its own on one engine.
struct Platform {
    db: Db,
    stores: DbConfig,
    /// Deleted when the test ends.
    data: TempDir,
}

impl Platform {
    async fn start(engine: Engine) -> Self {
        let data = tempfile::tempdir().unwrap();
        let config = match engine {
            Engine::Sqlite => DbConfig::Files {
                data: data.path().to_owned(),
            },
            Engine::Postgres => on_server(PostgresServer::shared()),
        };
        Self::open(config, data).await
    }

    async fn on(server: &PostgresServer) -> Self {
        Self::open(on_server(server), tempfile::tempdir().unwrap()).await
    }

    async fn open(config: DbConfig, data: TempDir) -> Self {
        let db = Db::open(&config, MODULES, Clock::System, vault()).await.unwrap();
        Self {
            db,
            stores: config,
            data,
        }
    }

    async fn tenant(&self) -> TenantDb {
        let tenant = TenantId::new(self.db.clock().now());
        self.db.provision(tenant, &FeatureSet::default()).await.unwrap();
        self.db.tenant(tenant, Actor::Command)
    }
}

fn on_server(server: &PostgresServer) -> DbConfig {
    DbConfig::Postgres(PostgresConfig {
        url: server.app_url(),
        owner_url: server.owner_url(),
        connections: 4,
        passfile: None,
    })
}

/// A connection of the test's own, as one of the server's roles.
async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

#[derive(Serialize)]
struct NoteWritten {
    slug: String,
}

impl Event for NoteWritten {
    const KIND: &'static str = "note.written";

    fn subject(&self) -> String {
        self.slug.clone()
    }
}

async fn write_note(tenant: &TenantDb, slug: &str) {
    let mut cx = tenant.begin().await.unwrap();
    insert_note(&mut cx, slug).await.unwrap();
    cx.record(&NoteWritten {
        slug: slug.to_owned(),
    });
    cx.commit().await.unwrap();
}

async fn insert_note(cx: &mut stoa_db::Cx, slug: &str) -> stoa_db::DbResult<u64> {
    insert_note_with(cx, slug).execute().await
}

fn insert_note_with<'u>(cx: &'u mut stoa_db::Cx, slug: &str) -> stoa_db::Query<'u> {
    let id = uuid::Uuid::now_v7();
    let now = cx.now();
    cx.sql(stoa_db::sql!(
        "INSERT INTO notes (id, slug, stars, body, at, extra, pinned) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ))
    .bind(id)
    .bind(slug)
    .bind(3_i64)
    .bind(None::<String>)
    .bind(now)
    .bind(serde_json::json!({"colour": "blue"}))
    .bind(true)
}

async fn slugs(tenant: &TenantDb) -> Vec<String> {
    let mut cx = tenant.read().await.unwrap();
    let rows: Vec<(String,)> = cx
        .sql(stoa_db::sql!("SELECT slug FROM notes ORDER BY slug"))
        .all()
        .await
        .unwrap();
    rows.into_iter().map(|(slug,)| slug).collect()
}

/// Declares a test that runs once on each engine, under its own name on each.
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($platform:ident: Platform) $body:block)*) => {
        $($(#[$meta])* mod $name {
            use super::*;
            async fn case($platform: crate::Platform) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                case(crate::Platform::start(crate::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                case(crate::Platform::start(crate::Engine::Postgres).await).await;
            }
        })*
    };
}
pub(crate) use on_both_engines;
