//! Brings a SQLite file to the schema that this program knows.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::Path,
};

use rusqlite::{Connection, params};
use stoa_core::{Clock, FeatureSet, Timestamp};

use crate::{
    DbError, DbResult,
    migrations::{Plan, Step},
};

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    module TEXT NOT NULL, name TEXT NOT NULL, applied_at INTEGER NOT NULL, PRIMARY KEY (module, name)) STRICT";

/// Where the header of a SQLite file holds `user_version` (<https://www.sqlite.org/fileformat2.html>, 1.3).
const USER_VERSION: u64 = 60;

/// Applies the steps that are missing, all or none, and marks the file with the schema's epoch.
pub(super) fn migrate(
    connection: &mut Connection,
    steps: &[Step],
    epoch: i32,
    now: Timestamp,
) -> DbResult<()> {
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
    transaction.pragma_update(None, "user_version", epoch)?;
    transaction.commit()?;
    Ok(())
}

/// Applies what a tenant's file lacks of the tables of these features and of those that it has, and writes nothing when
/// it lacks nothing. A store of a newer program is refused. Says of which features it has the tables.
pub(super) fn catch_up(
    connection: &mut Connection,
    plan: &Plan,
    features: &FeatureSet,
) -> DbResult<FeatureSet> {
    let applied = applied(connection)?;
    let mut features = features.clone();
    for (module, name) in &applied {
        let step = plan.step(module, name).ok_or_else(|| {
            DbError::unfit(format!(
                "a migration that this program does not know: {module} {name}"
            ))
        })?;
        features.extend(step.feature);
    }
    let schema = plan.schema(&features);
    let marked: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if applied.len() != schema.steps.len() || marked != schema.epoch {
        migrate(connection, &schema.steps, schema.epoch, Clock::System.now())?;
    }
    Ok(features)
}

/// The epoch that a file is marked with, without having SQLite open it. What the write-ahead log still holds is not seen:
/// such a file looks older than it is, never newer.
pub(super) fn epoch_of(path: &Path) -> io::Result<i32> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(USER_VERSION))?;
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes)?;
    Ok(i32::from_be_bytes(bytes))
}

fn applied(connection: &Connection) -> DbResult<Vec<(String, String)>> {
    let mut statement = connection.prepare("SELECT module, name FROM schema_migrations")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
