//! Brings the schemas `tenant` and `platform` to what this program knows, and puts every tenant table behind
//! row-level security.

use postgres_protocol::escape::escape_identifier;
use tokio_postgres::Client;

use super::{login::Login, role};
use crate::{
    DbError, DbResult,
    migrations::{Plan, Step},
};

/// Any number that other programs are unlikely to lock: `stoa` in ASCII.
const LOCK: i64 = 0x7374_6f61;

/// What the engine keeps beside the tenants' tables on each shard: whom it has, under which epoch.
const SHARD: &[Step] = &[Step {
    module: "db",
    name: "0001_placements",
    sqlite: "",
    postgres: include_str!("placements.sql"),
}];

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
        grant(session, "platform", app_role).await?;
    }
    apply(session, "tenant", &plan.tenant).await?;
    grant(session, "tenant", app_role).await?;
    secure(session, "tenant", "app.tenant_id").await?;
    apply(session, "shard", SHARD).await?;
    secure(session, "shard", "app.asked").await?;
    grant_placements(session, app_role).await?;
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

/// Data may be read and written by the app's role; tables may not be changed or emptied, and the journal's lines stay:
/// only their data can be erased. What default privileges gave besides is taken back.
async fn grant(client: &Client, schema: &str, role: &str) -> DbResult<()> {
    client
        .batch_execute(&format!(
            "GRANT USAGE ON SCHEMA {schema} TO {role};
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
             REVOKE TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA {schema} FROM {role};
             REVOKE UPDATE, DELETE ON {schema}.journal FROM {role};
             GRANT UPDATE (data) ON {schema}.journal TO {role};"
        ))
        .await?;
    Ok(())
}

/// The app's role lets tenants in and fences them; which steps were applied is none of its business.
async fn grant_placements(client: &Client, role: &str) -> DbResult<()> {
    client
        .batch_execute(&format!(
            "GRANT USAGE ON SCHEMA shard TO {role};
             REVOKE ALL ON ALL TABLES IN SCHEMA shard FROM {role};
             GRANT SELECT, INSERT, UPDATE (open) ON shard.placements TO {role};"
        ))
        .await?;
    Ok(())
}

/// Puts tables that no policy guards yet behind one: a row shows to whom the setting names. `FORCE` holds the owner to it
/// too.
async fn secure(client: &Client, schema: &str, setting: &str) -> DbResult<()> {
    let own = format!("tenant_id = (SELECT nullif(current_setting('{setting}', true), '')::uuid)");
    let bare = client
        .query(
            "SELECT relname::text FROM pg_class
             WHERE relnamespace = $1::text::regnamespace AND relkind IN ('r', 'p') AND NOT relforcerowsecurity
               AND relname <> 'schema_migrations'",
            &[&schema],
        )
        .await?;
    for row in bare {
        let table: &str = row.try_get(0)?;
        client
            .batch_execute(&format!(
                "ALTER TABLE {schema}.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
                 CREATE POLICY tenant ON {schema}.{table} USING ({own}) WITH CHECK ({own});"
            ))
            .await?;
    }
    Ok(())
}
