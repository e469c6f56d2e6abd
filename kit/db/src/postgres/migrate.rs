//! Brings the schemas `tenant` and `platform` to what this program knows, and puts every tenant table behind
//! row-level security.

use deadpool_postgres::Pool;
use tokio_postgres::{Client, Config, NoTls};

use crate::{
    DbError, DbResult,
    migrations::{Plan, Step},
};

/// Any number that other programs are unlikely to lock: `stoa` in ASCII.
const LOCK: i64 = 0x7374_6f61;

const BOUND: &str = "tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid)";

/// Applies the missing steps of both schemas in one transaction, as the owner.
pub(super) async fn migrate(owner: &Config, app_role: &str, plan: &Plan) -> DbResult<()> {
    let (mut client, connection) = owner.connect(NoTls).await?;
    let driver = tokio::spawn(connection);
    let transaction = client.transaction().await?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
        .await?;
    for (schema, steps) in [("platform", &plan.control), ("tenant", &plan.tenant)] {
        apply(transaction.client(), schema, steps).await?;
        grant(transaction.client(), schema, app_role).await?;
    }
    secure(transaction.client()).await?;
    transaction.commit().await?;
    drop(client);
    driver.await.map_err(DbError::unavailable)??;
    Ok(())
}

async fn apply(client: &Client, schema: &str, steps: &[Step]) -> DbResult<()> {
    client
        .batch_execute(&format!(
            "CREATE SCHEMA IF NOT EXISTS {schema};
             SET LOCAL search_path = {schema};
             CREATE TABLE IF NOT EXISTS platform.schema_migrations (
                 schema text NOT NULL, module text NOT NULL, name text NOT NULL,
                 applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (schema, module, name))"
        ))
        .await?;
    for step in steps {
        let fresh = client
            .execute(
                "INSERT INTO platform.schema_migrations (schema, module, name) VALUES ($1, $2, $3)
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
async fn grant(client: &Client, schema: &str, app_role: &str) -> DbResult<()> {
    let role = quoted(app_role);
    client
        .batch_execute(&format!(
            "GRANT USAGE ON SCHEMA {schema} TO {role};
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
             REVOKE TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA {schema} FROM {role};
             REVOKE UPDATE, DELETE ON {schema}.journal FROM {role};
             GRANT UPDATE (data) ON {schema}.journal TO {role};"
        ))
        .await?;
    if schema == "platform" {
        client
            .batch_execute(&format!(
                "REVOKE INSERT, UPDATE, DELETE ON platform.schema_migrations FROM {role}"
            ))
            .await?;
    }
    Ok(())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Puts tables that no policy guards yet behind one. `FORCE` holds the owner to it too.
async fn secure(client: &Client) -> DbResult<()> {
    let bare = client
        .query(
            "SELECT relname::text FROM pg_class
             WHERE relnamespace = 'tenant'::regnamespace AND relkind IN ('r', 'p') AND NOT relforcerowsecurity",
            &[],
        )
        .await?;
    for row in bare {
        let table: &str = row.try_get(0)?;
        client
            .batch_execute(&format!(
                "ALTER TABLE tenant.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
                 CREATE POLICY tenant ON tenant.{table} USING ({BOUND}) WITH CHECK ({BOUND});"
            ))
            .await?;
    }
    Ok(())
}

/// Refuses to work as a role that row-level security does not hold, be it by becoming another, and in a schema with
/// views or functions that would run as their owner.
pub(super) async fn check_app_role(pool: &Pool) -> DbResult<()> {
    let client = pool.get().await?;
    let row = client
        .query_one(
            "SELECT EXISTS (SELECT 1 FROM pg_roles
                 WHERE (rolsuper OR rolbypassrls) AND pg_has_role(current_user, oid, 'MEMBER'))
             OR EXISTS (SELECT 1 FROM pg_namespace
                 WHERE nspname IN ('tenant', 'platform') AND pg_has_role(current_user, nspowner, 'MEMBER'))
             OR EXISTS (SELECT 1 FROM pg_class
                 WHERE relnamespace IN ('tenant'::regnamespace, 'platform'::regnamespace)
                 AND (pg_has_role(current_user, relowner, 'MEMBER') OR relkind IN ('v', 'm')))
             OR EXISTS (SELECT 1 FROM pg_proc
                 WHERE pronamespace IN ('tenant'::regnamespace, 'platform'::regnamespace) AND prosecdef)",
            &[],
        )
        .await?;
    if row.try_get(0)? {
        return Err(DbError::Unavailable(
            "the role of STOA_DATABASE_URL could get round row-level security: it is, or may become, a superuser, \
             an owner or a role with BYPASSRLS, or the schemas hold views or SECURITY DEFINER functions. Use a role \
             of its own: CREATE ROLE stoa_app LOGIN PASSWORD '…' NOSUPERUSER NOBYPASSRLS"
                .into(),
        ));
    }
    Ok(())
}
