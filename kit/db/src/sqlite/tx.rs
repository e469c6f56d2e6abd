//! A transaction on one SQLite file. Statements run in place; what waits for the disk does not.

use std::time::{Duration, Instant};

use rusqlite::{
    Connection, Statement, StatementStatus, ToSql,
    types::{ToSqlOutput, ValueRef},
};

use super::{blocking, lease::Lease};
use crate::{DbError, DbResult, Row, Value, render::Rendered, row::Source, unit::Access};

/// A statement that runs longer in place than this should have been declared heavy,
const IN_PLACE: Duration = Duration::from_millis(5);
/// if it took so many steps of SQLite's machine: with fewer it was the processor that was busy, or the disk.
const STEPS: i32 = 20_000;

#[derive(Debug)]
pub(crate) struct Tx {
    lease: Lease,
    access: Access,
    open: bool,
}

impl Tx {
    pub(super) fn new(lease: Lease, access: Access) -> Self {
        Self {
            lease,
            access,
            open: false,
        }
    }

    pub(crate) fn query<T>(
        &mut self,
        rendered: &Rendered,
        heavy: bool,
        place: &'static str,
        map: fn(&mut Row<'_>) -> DbResult<T>,
    ) -> DbResult<Vec<T>> {
        let found = self
            .begun()
            .and_then(|connection| run_as(heavy, place, |steps| select(connection, rendered, map, steps)));
        self.alert(found)
    }

    pub(crate) fn execute_each(
        &mut self,
        rows: &[Rendered],
        heavy: bool,
        place: &'static str,
    ) -> DbResult<Vec<u64>> {
        let changed = self.begun().and_then(|connection| {
            run_as(heavy, place, |steps| {
                rows.iter().map(|row| change(connection, row, steps)).collect()
            })
        });
        self.alert(changed)
    }

    pub(crate) fn commit(mut self, last: &[Rendered]) -> DbResult<()> {
        if last.is_empty() && !self.open {
            return Ok(());
        }
        let committed = self.begun().and_then(|connection| {
            blocking(|| {
                for write in last {
                    change(connection, write, &mut 0)?;
                }
                run(connection, "COMMIT")
            })
        });
        self.open = committed.is_err();
        self.alert(committed)
    }

    fn alert<T>(&self, done: DbResult<T>) -> DbResult<T> {
        done.inspect_err(|error| self.lease.alert(error))
    }

    pub(crate) fn prepare(&self, rendered: &Rendered) -> DbResult<()> {
        connection(&self.lease)?.prepare(&rendered.text)?;
        Ok(())
    }

    /// The connection, in a transaction that begins with the first statement.
    fn begun(&mut self) -> DbResult<&Connection> {
        let connection = connection(&self.lease)?;
        if !self.open {
            let begin = match self.access {
                Access::Read => "BEGIN",
                // The lock is free: no other process has the file, and in this one a writer is alone.
                Access::Write => "BEGIN IMMEDIATE",
            };
            run(connection, begin)?;
            self.open = true;
        }
        Ok(connection)
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        // Some failures (a full disk) end the transaction by themselves.
        if let Some(connection) = self.lease.as_ref()
            && !connection.is_autocommit()
            && let Err(error) = run(connection, "ROLLBACK")
        {
            tracing::error!(%error, "could not roll back; the connection is closed");
            self.lease.discard();
        }
    }
}

fn connection(lease: &Lease) -> DbResult<&Connection> {
    lease
        .as_ref()
        .ok_or_else(|| DbError::unexpected("a lease without a connection"))
}

fn run(connection: &Connection, text: &str) -> DbResult<()> {
    connection.prepare_cached(text)?.execute([])?;
    Ok(())
}

fn select<T>(
    connection: &Connection,
    rendered: &Rendered,
    map: fn(&mut Row<'_>) -> DbResult<T>,
    steps: &mut i32,
) -> DbResult<Vec<T>> {
    let mut statement = connection.prepare_cached(&rendered.text)?;
    bind(&mut statement, &rendered.args)?;
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(map(&mut Row::new(Source::Sqlite(row)))?);
    }
    drop(rows);
    *steps = steps.saturating_add(statement.reset_status(StatementStatus::VmStep));
    Ok(found)
}

fn change(connection: &Connection, rendered: &Rendered, steps: &mut i32) -> DbResult<u64> {
    let mut statement = connection.prepare_cached(&rendered.text)?;
    bind(&mut statement, &rendered.args)?;
    let changed = statement.raw_execute()?;
    *steps = steps.saturating_add(statement.reset_status(StatementStatus::VmStep));
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

fn bind(statement: &mut Statement<'_>, args: &[Value]) -> DbResult<()> {
    for (position, value) in (1..).zip(args) {
        statement.raw_bind_parameter(position, value)?;
    }
    Ok(())
}

/// Runs a statement in place, or where it holds up nobody when it is heavy.
fn run_as<T>(heavy: bool, place: &'static str, work: impl FnOnce(&mut i32) -> T) -> T {
    let mut steps = 0;
    if heavy {
        return blocking(|| work(&mut steps));
    }
    let started = Instant::now();
    let done = work(&mut steps);
    let took = started.elapsed();
    if took > IN_PLACE && steps > STEPS {
        tracing::warn!(
            place,
            steps,
            ?took,
            "a statement held up its worker; declare it heavy or give it an index"
        );
    }
    done
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Absent | Self::Null | Self::List(_) | Self::Choice(_) => {
                ToSqlOutput::Borrowed(ValueRef::Null)
            }
            Self::Bool(value) => ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*value))),
            Self::Int(value) => ToSqlOutput::Borrowed(ValueRef::Integer(*value)),
            Self::Text(value) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
            Self::Uuid(value) => ToSqlOutput::Borrowed(ValueRef::Blob(value.as_bytes())),
            Self::Time(value) => ToSqlOutput::Borrowed(ValueRef::Integer(value.as_micros())),
            Self::Json(value) => ToSqlOutput::Owned(value.to_string().into()),
            Self::Bytes(value) => ToSqlOutput::Borrowed(ValueRef::Blob(value)),
        })
    }
}
