//! The role that serves: it owns nothing, and row-level security holds it.

use deadpool_postgres::Pool;
use postgres_protocol::{
    escape::{escape_identifier, escape_literal},
    password::scram_sha_256,
};
use tokio_postgres::Client;

use super::login::Login;
use crate::{DbError, DbResult};

/// Makes the role when it is missing and the owner may. The server, and its log, get the password's verifier only.
pub(super) async fn ensure(owner: &Client, app: &Login) -> DbResult<()> {
    let row = owner
        .query_one(
            "SELECT (SELECT pg_has_role(oid, current_user, 'MEMBER') FROM pg_roles WHERE rolname = $1),
                 (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user)",
            &[&app.role()],
        )
        .await?;
    match row.try_get(0)? {
        Some(true) => return Err(unheld()),
        Some(false) => return Ok(()),
        None => {}
    }
    let role = escape_identifier(app.role());
    if !row.try_get::<_, bool>(1)? {
        return Err(DbError::unavailable(format!(
            "the role {role} of the database URL is not there, and the owner may not create roles. As one who may, \
             run:\n{} PASSWORD 'the password of the database URL';",
            creation(&role)
        )));
    }
    let mut text = creation(&role);
    if let Some(password) = app.password() {
        text.push_str(" PASSWORD ");
        text.push_str(&escape_literal(&scram_sha_256(password)));
    }
    owner.batch_execute(&text).await?;
    tracing::info!(role = app.role(), "the role that serves was created");
    Ok(())
}

fn creation(role: &str) -> String {
    format!("CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION")
}

/// Refuses to work as a role that row-level security does not hold, be it by becoming another, and in a schema with
/// views or functions that would run as their owner.
pub(super) async fn check(pool: &Pool) -> DbResult<()> {
    let client = pool.get().await?;
    let row = client
        .query_one(
            "SELECT EXISTS (SELECT 1 FROM pg_roles
                 WHERE (rolsuper OR rolbypassrls) AND pg_has_role(current_user, oid, 'MEMBER'))
             OR EXISTS (SELECT 1 FROM pg_namespace
                 WHERE nspname IN ('tenant', 'platform', 'shard') AND pg_has_role(current_user, nspowner, 'MEMBER'))
             OR EXISTS (SELECT 1 FROM pg_class
                 WHERE relnamespace::regnamespace::text IN ('tenant', 'platform', 'shard')
                 AND (pg_has_role(current_user, relowner, 'MEMBER') OR relkind IN ('v', 'm')))
             OR EXISTS (SELECT 1 FROM pg_proc
                 WHERE pronamespace::regnamespace::text IN ('tenant', 'platform', 'shard') AND prosecdef)",
            &[],
        )
        .await?;
    if row.try_get(0)? {
        return Err(unheld());
    }
    Ok(())
}

fn unheld() -> DbError {
    DbError::unavailable(
        "the role of the database URL could get round row-level security: it is, or may become, a superuser, an owner or \
         a role with BYPASSRLS, or the schemas hold views or SECURITY DEFINER functions. Use a role of its own: \
         CREATE ROLE stoa_app LOGIN PASSWORD '…' NOSUPERUSER NOBYPASSRLS",
    )
}
