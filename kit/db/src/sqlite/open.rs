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
    let connection = Connection::open_with_flags_and_vfs(path, flags, VFS)?;
    configure(&connection)?;
    restrict(&connection, mode)?;
    Ok(connection)
}

/// Opens a file, making it when it is not there.
pub(super) fn create(path: &Path) -> DbResult<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_CREATE;
    let connection = Connection::open_with_flags_and_vfs(path, flags, VFS)?;
    connection.execute_batch("PRAGMA journal_mode = WAL")?;
    configure(&connection)?;
    Ok(connection)
}

/// Closes a file that goes elsewhere. All that was committed is in it then, and not in the write-ahead log beside it: merely
/// to close it would not say whether there was room for that.
pub(super) fn close_whole(connection: Connection) -> DbResult<()> {
    // Nobody else may be at work on it, so there is nobody to wait for.
    connection.busy_timeout(Duration::ZERO)?;
    let is_busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if is_busy {
        return Err(DbError::unavailable("somebody else is at work on the file"));
    }
    connection.close().map_err(|(_, error)| error.into())
}

/// What every connection is, which may do anything but attach another file.
fn configure(connection: &Connection) -> DbResult<()> {
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
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    Ok(())
}

/// Makes one of a kind out of a connection that may write.
pub(super) fn restrict(connection: &Connection, mode: Mode) -> DbResult<()> {
    match mode {
        Mode::Reader => connection.execute_batch("PRAGMA query_only = ON")?,
        Mode::Writer => {}
        Mode::Copier => drop(connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 1)?),
    }
    Ok(())
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
