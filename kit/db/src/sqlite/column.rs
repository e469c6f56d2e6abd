//! Reads columns as SQLite stores them: ids as blobs, instants as microseconds, JSON as text.

use rusqlite::{Row, types::FromSql};
use stoa_core::Timestamp;
use uuid::Uuid;

use crate::{DbError, DbResult};

fn get<T: FromSql>(row: &Row<'_>, index: usize) -> DbResult<T> {
    row.get(index)
        .map_err(|error| DbError::unexpected(error.to_string()))
}

fn raw<'r>(row: &'r Row<'_>, index: usize) -> DbResult<rusqlite::types::ValueRef<'r>> {
    row.get_ref(index)
        .map_err(|error| DbError::unexpected(error.to_string()))
}

pub(crate) fn is_null(row: &Row<'_>, index: usize) -> DbResult<bool> {
    Ok(raw(row, index)? == rusqlite::types::ValueRef::Null)
}

pub(crate) fn bool(row: &Row<'_>, index: usize) -> DbResult<bool> {
    get(row, index)
}

pub(crate) fn int(row: &Row<'_>, index: usize) -> DbResult<i64> {
    get(row, index)
}

pub(crate) fn text<'r>(row: &'r Row<'_>, index: usize) -> DbResult<&'r str> {
    raw(row, index)?
        .as_str()
        .map_err(|error| DbError::unexpected(error.to_string()))
}

pub(crate) fn bytes<'r>(row: &'r Row<'_>, index: usize) -> DbResult<&'r [u8]> {
    raw(row, index)?
        .as_blob()
        .map_err(|error| DbError::unexpected(error.to_string()))
}

pub(crate) fn uuid(row: &Row<'_>, index: usize) -> DbResult<Uuid> {
    Uuid::from_slice(bytes(row, index)?).map_err(|error| DbError::unexpected(error.to_string()))
}

pub(crate) fn time(row: &Row<'_>, index: usize) -> DbResult<Timestamp> {
    int(row, index).map(Timestamp::from_micros)
}

pub(crate) fn json(row: &Row<'_>, index: usize) -> DbResult<serde_json::Value> {
    serde_json::from_str(text(row, index)?).map_err(|error| DbError::unexpected(error.to_string()))
}
