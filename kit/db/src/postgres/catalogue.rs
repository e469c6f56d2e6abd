//! Asks a database's catalogue whether anything in it would let one tenant reach another's rows.

use deadpool_postgres::Pool;

use super::rights::{ASKED, TENANT};
use crate::DbResult;

/// What is wrong, a sentence each.
pub(super) async fn inspect(pool: &Pool) -> DbResult<Vec<String>> {
    let client = pool.get().await?;
    let (tenant, asked) = (deparsed(TENANT), deparsed(ASKED));
    let rows = client
        .query(include_str!("catalogue.sql"), &[&tenant, &asked])
        .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// A policy's expression as the server writes it down, without blanks.
fn deparsed(setting: &str) -> String {
    format!(
        "(tenant_id=(SELECT(NULLIF(current_setting('{setting}'::text,true),''::text))::uuidAS\"nullif\"))"
    )
}
