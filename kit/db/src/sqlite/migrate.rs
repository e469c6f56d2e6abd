//! Brings a SQLite file to the schema that this program knows.

use rusqlite::{Connection, params};
use stoa_core::{Clock, Timestamp};

use crate::{DbResult, migrations::Step};

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    module TEXT NOT NULL, name TEXT NOT NULL, applied_at INTEGER NOT NULL, PRIMARY KEY (module, name)) STRICT";

/// Applies the steps that are missing, all or none.
pub(super) fn migrate(connection: &mut Connection, steps: &[Step], now: Timestamp) -> DbResult<()> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    transaction.execute_batch(LEDGER)?;
    for step in steps {
        let known: bool = transaction.query_row(
            "SELECT EXISTS (SELECT 1 FROM schema_migrations WHERE module = ?1 AND name = ?2)",
            params![step.module, step.name],
            |row| row.get(0),
        )?;
        if !known {
            transaction.execute_batch(step.sqlite)?;
            transaction.execute(
                "INSERT INTO schema_migrations (module, name, applied_at) VALUES (?1, ?2, ?3)",
                params![step.module, step.name, now.as_micros()],
            )?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// Applies what is missing, and writes nothing when nothing is.
pub(super) fn catch_up(connection: &mut Connection, steps: &[Step]) -> DbResult<()> {
    let applied: i64 =
        connection.query_row("SELECT count(*) FROM schema_migrations", [], |row| row.get(0))?;
    if usize::try_from(applied).is_ok_and(|applied| applied >= steps.len()) {
        return Ok(());
    }
    migrate(connection, steps, Clock::System.now())
}
