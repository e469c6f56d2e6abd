//! Says what an error of PostgreSQL means to a caller.

use deadpool_postgres::PoolError;
use tokio_postgres::{Error, error::SqlState};

use crate::DbError;

impl From<Error> for DbError {
    fn from(error: Error) -> Self {
        let Some(failure) = error.as_db_error() else {
            // Without an answer from the server it is the connection, or an argument of the wrong shape.
            return if error.is_closed() || is_io(&error) {
                Self::Unavailable(error.into())
            } else {
                Self::Failed(error.into())
            };
        };
        if *failure.code() == SqlState::UNIQUE_VIOLATION {
            return Self::Unique(
                failure
                    .constraint()
                    .unwrap_or("unknown")
                    .replace("tenant_id_", ""),
            );
        }
        let code = failure.code().code().to_owned();
        // The detail would quote the row, and with it somebody's data.
        let error = format!("{code}: {}", failure.message());
        match code.as_str() {
            // Also who waited too long for a lock.
            "40001" | "40P01" | "55P03" => Self::Collision(error.into()),
            "42501" => Self::Refused(error.into()),
            "53100" => Self::Full(error.into()),
            _ => match code.get(..2) {
                Some("23") => Self::Refused(error.into()),
                Some("08" | "53" | "57") => Self::Unavailable(error.into()),
                _ => Self::Failed(error.into()),
            },
        }
    }
}

impl From<PoolError> for DbError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => unreachable(error),
            other => Self::unavailable(other),
        }
    }
}

/// A connection that could not be made, for whatever reason: nothing was asked of the database yet.
pub(super) fn unreachable(error: Error) -> DbError {
    match DbError::from(error) {
        DbError::Failed(cause) | DbError::Refused(cause) => DbError::Unavailable(cause),
        other => other,
    }
}

fn is_io(error: &Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>())
}
