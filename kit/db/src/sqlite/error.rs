//! Says what an error of SQLite means to a caller.

use rusqlite::{Error, ErrorCode};

use crate::DbError;

impl From<Error> for DbError {
    fn from(error: Error) -> Self {
        let Error::SqliteFailure(failure, ref message) = error else {
            return Self::Failed(error.into());
        };
        if let Some(name) = message.as_deref().and_then(unique_constraint) {
            return Self::Unique(name);
        }
        match failure.code {
            ErrorCode::ConstraintViolation => Self::Refused(error.into()),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Collision(error.into()),
            ErrorCode::DiskFull => Self::Full(error.into()),
            ErrorCode::CannotOpen | ErrorCode::SystemIoFailure => Self::Unavailable(error.into()),
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Unfit(error.into()),
            _ => Self::Failed(error.into()),
        }
    }
}

/// `UNIQUE constraint failed: memberships.tenant_id, memberships.user_id` → `memberships_user_id_key`.
fn unique_constraint(message: &str) -> Option<String> {
    let columns = message.strip_prefix("UNIQUE constraint failed: ")?;
    let mut name = String::new();
    for qualified in columns.split(", ") {
        let (table, column) = qualified.split_once('.')?;
        if name.is_empty() {
            name.push_str(table);
        }
        if column != "tenant_id" {
            name.push('_');
            name.push_str(column);
        }
    }
    name.push_str("_key");
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expected: Option<&str>) {
        assert_eq!(unique_constraint(message).as_deref(), expected);
    }

    #[test]
    fn names_constraints_as_postgres_does() {
        check(
            "UNIQUE constraint failed: products.slug",
            Some("products_slug_key"),
        );
        check(
            "UNIQUE constraint failed: memberships.tenant_id, memberships.user_id",
            Some("memberships_user_id_key"),
        );
        check("NOT NULL constraint failed: products.slug", None);
    }
}
