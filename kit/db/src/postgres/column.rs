//! Reads columns as PostgreSQL sends them.

use stoa_core::Timestamp;
use tokio_postgres::{
    Row,
    types::{FromSql, Type},
};
use uuid::Uuid;

use crate::{DbError, DbResult};

/// PostgreSQL counts microseconds from 2000-01-01 (`timestamptz`, binary format).
pub(super) const EPOCH_MICROS: i64 = 946_684_800_000_000;

type Cause = Box<dyn std::error::Error + Send + Sync>;

fn get<'r, T: FromSql<'r>>(row: &'r Row, index: usize) -> DbResult<T> {
    row.try_get(index)
        .map_err(|error| DbError::unexpected(error.to_string()))
}

pub(crate) fn is_null(row: &Row, index: usize) -> DbResult<bool> {
    get::<Option<Present>>(row, index).map(|present| present.is_none())
}

pub(crate) fn bool(row: &Row, index: usize) -> DbResult<bool> {
    get(row, index)
}

pub(crate) fn int(row: &Row, index: usize) -> DbResult<i64> {
    get(row, index)
}

pub(crate) fn text(row: &Row, index: usize) -> DbResult<&str> {
    get(row, index)
}

pub(crate) fn bytes(row: &Row, index: usize) -> DbResult<&[u8]> {
    get(row, index)
}

pub(crate) fn uuid(row: &Row, index: usize) -> DbResult<Uuid> {
    get::<Raw<'_>>(row, index)
        .and_then(|raw| Uuid::from_slice(raw.0).map_err(|error| DbError::unexpected(error.to_string())))
}

pub(crate) fn time(row: &Row, index: usize) -> DbResult<Timestamp> {
    let raw = get::<Raw<'_>>(row, index)?;
    let micros = raw
        .0
        .try_into()
        .map(i64::from_be_bytes)
        .map_err(|_| DbError::unexpected("an instant's length"))?;
    Ok(Timestamp::from_micros(micros.saturating_add(EPOCH_MICROS)))
}

pub(crate) fn json(row: &Row, index: usize) -> DbResult<serde_json::Value> {
    get(row, index)
}

/// Any value that is not null.
struct Present;

impl<'r> FromSql<'r> for Present {
    fn from_sql(_: &Type, _: &'r [u8]) -> Result<Self, Cause> {
        Ok(Self)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// The bytes of a uuid or an instant.
struct Raw<'r>(&'r [u8]);

impl<'r> FromSql<'r> for Raw<'r> {
    fn from_sql(_: &Type, raw: &'r [u8]) -> Result<Self, Cause> {
        Ok(Self(raw))
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::UUID | Type::TIMESTAMPTZ)
    }
}
