//! The policies that hold tables to their tenant, and what the role that serves may do with them.

use postgres_protocol::escape::escape_identifier;
use tokio_postgres::Client;

use crate::DbResult;

/// The setting that says which tenant a transaction is bound to.
pub(super) const TENANT: &str = "app.tenant_id";
/// The setting that says whose placement it asks for.
pub(super) const ASKED: &str = "app.asked";

/// Puts tables that no policy guards yet behind one: a row shows to whom the setting names. `FORCE` holds the owner to it
/// too. A table that has no tenants, or another owner, was made by hand: it stays bare, is granted to nobody, and named
/// by `stoa doctor`.
pub(super) async fn secure(client: &Client, schema: &str, setting: &str) -> DbResult<()> {
    let own = format!("tenant_id = (SELECT nullif(current_setting('{setting}', true), '')::uuid)");
    let bare = "NOT relforcerowsecurity AND EXISTS (
         SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'tenant_id' AND NOT attisdropped)";
    for table in tables(client, schema, bare).await? {
        client
            .batch_execute(&format!(
                "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
                 CREATE POLICY tenant ON {table} USING ({own}) WITH CHECK ({own});"
            ))
            .await?;
    }
    Ok(())
}

/// Data may be read and written by the app's role; tables may not be changed or emptied, and the journal's lines stay:
/// only their data can be erased. What default privileges gave besides is taken back.
pub(super) async fn grant(client: &Client, schema: &str, role: &str) -> DbResult<()> {
    let guarded = if schema == "platform" {
        "TRUE"
    } else {
        "relforcerowsecurity"
    };
    let tables = tables(client, schema, guarded).await?.join(", ");
    client
        .batch_execute(&format!(
            "GRANT USAGE ON SCHEMA {schema} TO {role};
             GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {role};
             REVOKE TRUNCATE, REFERENCES, TRIGGER ON {tables} FROM {role};
             REVOKE UPDATE, DELETE ON {schema}.journal FROM {role};
             GRANT UPDATE (data) ON {schema}.journal TO {role};"
        ))
        .await?;
    Ok(())
}

/// The app's role lets tenants in and fences them; which steps were applied is none of its business.
pub(super) async fn grant_placements(client: &Client, role: &str) -> DbResult<()> {
    client
        .batch_execute(&format!(
            "GRANT USAGE ON SCHEMA shard TO {role};
             REVOKE ALL ON shard.placements, shard.schema_migrations FROM {role};
             GRANT SELECT, INSERT, UPDATE (open) ON shard.placements TO {role};"
        ))
        .await?;
    Ok(())
}

/// The owner's own tables of a schema that fulfil a condition, as SQL names them.
async fn tables(client: &Client, schema: &str, condition: &str) -> DbResult<Vec<String>> {
    let rows = client
        .query(
            &format!(
                "SELECT relname::text FROM pg_class
                 WHERE relnamespace = $1::text::regnamespace AND relkind IN ('r', 'p') AND {condition}
                   AND pg_has_role(current_user, relowner, 'USAGE')"
            ),
            &[&schema],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let table: &str = row.try_get(0)?;
            Ok(format!("{schema}.{}", escape_identifier(table)))
        })
        .collect()
}
