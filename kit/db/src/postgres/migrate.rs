//! Brings the schemas `tenant` and `platform` to what this program knows, and puts every tenant table behind
//! row-level security.

use postgres_protocol::escape::escape_identifier;
use tokio_postgres::Client;

use super::{
    login::Login,
    rights::{self, ASKED, TENANT},
    role,
};
use crate::{
    DbError, DbResult,
    migrations::{Plan, Step},
};

/// Any number that other programs are unlikely to lock: `stoa` in ASCII.
const LOCK: i64 = 0x7374_6f61;

/// What the engine keeps beside the tenants' tables on each shard: whom it has, under which epoch.
const SHARD: [Step; 2] = [
    of_shard("0001_placements", include_str!("placements.sql")),
    of_shard("0002_owner", include_str!("owner.sql")),
];

const fn of_shard(name: &'static str, postgres: &'static str) -> Step {
    Step {
        module: "db",
        name,
        sqlite: "",
        postgres,
        feature: None,
        digest: [0; 32],
    }
}

/// What a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schemas {
    WithPlatform,
    OfTenants,
}

/// Applies the missing steps of all schemas in one transaction, as the owner.
pub(super) async fn migrate(owner: &Login, app: &Login, plan: &Plan, schemas: Schemas) -> DbResult<()> {
    let (mut client, driver) = owner.connect().await?;
    let transaction = client.transaction().await?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
        .await?;
    let session = transaction.client();
    role::ensure(session, app).await?;
    let app_role = &escape_identifier(app.role());
    keep_history(session).await?;
    if schemas == Schemas::WithPlatform {
        apply(session, "platform", &plan.control).await?;
        rights::grant(session, "platform", app_role).await?;
    }
    apply(session, "tenant", &plan.tenant).await?;
    rights::secure(session, "tenant", TENANT).await?;
    rights::grant(session, "tenant", app_role).await?;
    apply(session, "shard", &SHARD).await?;
    rights::secure(session, "shard", ASKED).await?;
    rights::grant_placements(session, app_role).await?;
    transaction.commit().await?;
    drop(client);
    driver.await.map_err(DbError::unavailable)??;
    Ok(())
}

/// Which steps were applied to which schema. It was among the platform's tables while there was one database only.
async fn keep_history(client: &Client) -> DbResult<()> {
    let moved = client
        .query_one(
            "SELECT to_regclass('platform.schema_migrations') IS NOT NULL",
            &[],
        )
        .await?;
    client.batch_execute("CREATE SCHEMA IF NOT EXISTS shard").await?;
    if moved.try_get(0)? {
        client
            .batch_execute("ALTER TABLE platform.schema_migrations SET SCHEMA shard")
            .await?;
    }
    client
        .batch_execute(
            "CREATE TABLE IF NOT EXISTS shard.schema_migrations (
                 schema text NOT NULL, module text NOT NULL, name text NOT NULL,
                 applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (schema, module, name))",
        )
        .await?;
    Ok(())
}

async fn apply(client: &Client, schema: &str, steps: &[Step]) -> DbResult<()> {
    client
        .batch_execute(&format!(
            "CREATE SCHEMA IF NOT EXISTS {schema}; SET LOCAL search_path = {schema}"
        ))
        .await?;
    for step in steps {
        let fresh = client
            .execute(
                "INSERT INTO shard.schema_migrations (schema, module, name) VALUES ($1, $2, $3)
                 ON CONFLICT DO NOTHING",
                &[&schema, &step.module, &step.name],
            )
            .await?;
        if fresh == 1 {
            client.batch_execute(step.postgres).await?;
        }
    }
    Ok(())
}
