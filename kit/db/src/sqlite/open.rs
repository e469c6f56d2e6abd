//! Opens SQLite files the one way that Stoa does.

use std::{ffi::CStr, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, config::DbConfig, limits::Limit};
use stoa_core::TenantId;
use uuid::Uuid;

use crate::{DbError, DbResult};

/// Another process that has the file is waited for this long.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const STATEMENTS: usize = 64;
/// Locks a file for this process and shares the index of its log within it: what other processes would have to be told by
/// calls of the system, twice for each transaction, stays in memory (<https://www.sqlite.org/vfs.html>, 2.1).
const VFS: &CStr = c"unix-excl";

/// Whether a connection may change anything; a reader is held to reading by the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Reader,
    Writer,
    /// Copies the file by `VACUUM INTO`, which attaches the copy; no unit of work ever gets this one.
    Copier,
}

/// Opens a file that is there.
pub(super) fn open(path: &Path, mode: Mode) -> DbResult<Connection> {
    // A link in place of the file could lead into another tenant's.
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    configure(Connection::open_with_flags_and_vfs(path, flags, VFS)?, mode)
}

/// Opens a file, making it when it is not there.
pub(super) fn create(path: &Path) -> DbResult<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_CREATE;
    let connection = Connection::open_with_flags_and_vfs(path, flags, VFS)?;
    connection.execute_batch("PRAGMA journal_mode = WAL")?;
    configure(connection, Mode::Writer)
}

fn configure(connection: Connection, mode: Mode) -> DbResult<Connection> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // Plans do not depend on what is bound: otherwise a kept statement is compiled anew whenever an argument changes.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // FULL: an acknowledged order survives a power cut.
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -2000;
         PRAGMA journal_size_limit = 4194304;",
    )?;
    if mode == Mode::Reader {
        connection.execute_batch("PRAGMA query_only = ON")?;
    }
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, i32::from(mode == Mode::Copier))?;
    Ok(connection)
}

/// Refuses a file that another tenant's data got into: renamed, copied or restored to the wrong place.
pub(super) fn check_owner(connection: &Connection, tenant: TenantId) -> DbResult<()> {
    let owner: Uuid = connection
        .query_row("SELECT tenant FROM store", [], |row| row.get::<_, Vec<u8>>(0))
        .map_err(DbError::from)
        .and_then(|bytes| Uuid::from_slice(&bytes).map_err(DbError::unfit))?;
    if owner == tenant.uuid() {
        return Ok(());
    }
    let owner = TenantId::from_uuid(owner);
    Err(DbError::unfit(format!("the file holds the store of {owner}")))
}
