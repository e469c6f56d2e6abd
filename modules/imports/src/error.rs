//! Everything that can go wrong with an import as a whole, with the codes that clients rely on.

use stoa_core::{ErrorKind, Failure, FieldError, FieldErrors};
use stoa_db::DbError;

use crate::domain::Failed;

/// Why a file cannot be imported at all, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    pub code: &'static str,
    pub detail: String,
}

impl Unusable {
    #[must_use]
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }
}

impl From<Unusable> for ImportsError {
    fn from(unusable: Unusable) -> Self {
        Self::Unusable(FieldError {
            field: "file".to_owned(),
            code: unusable.code,
            detail: unusable.detail,
        })
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ImportsError {
    #[error("There is no such import.")]
    NotFound,
    #[error("This import is over; there is nothing left to cancel.")]
    Over,
    #[error("This import is not over: cancel it, or wait for its end, and delete it then.")]
    NotOver,
    #[error("It was cancelled while the file arrived.")]
    Cancelled,
    #[error("Two files of this business arrive already; send this one when one of them is there.")]
    TooManyAtOnce,
    #[error("Ten imports of this business wait already; send the file when one of them is over.")]
    QueueFull,
    #[error("A file may have at most {0} MiB; split it, and keep the header row in every part.")]
    TooLarge(i64),
    #[error("{}", .0.detail)]
    Unusable(FieldError),
    /// Told when somebody waits for the end of the import.
    #[error("{}", .0.detail)]
    Failed(Failed),
    #[error("The file cannot be read: {0}")]
    Source(#[from] std::io::Error),
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Failure for ImportsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::Over | Self::NotOver | Self::Cancelled | Self::QueueFull => ErrorKind::Conflict,
            Self::TooManyAtOnce => ErrorKind::TooMany,
            Self::TooLarge(_) => ErrorKind::TooLarge,
            Self::Unusable(_) | Self::Failed(_) | Self::Source(_) => ErrorKind::Invalid,
            Self::Invalid(errors) => errors.kind(),
            Self::Db(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "imports.not_found",
            Self::Over => "imports.over",
            Self::NotOver => "imports.not_over",
            Self::Cancelled => "imports.cancelled",
            Self::QueueFull => "imports.queue_full",
            Self::TooManyAtOnce => "imports.too_many_at_once",
            Self::TooLarge(_) => "imports.too_large",
            Self::Unusable(fault) => fault.code,
            Self::Failed(_) => "imports.failed",
            Self::Source(_) => "imports.source",
            Self::Invalid(errors) => errors.code(),
            Self::Db(error) => error.code(),
        }
    }

    fn fields(&self) -> &[FieldError] {
        match self {
            Self::Unusable(fault) => std::slice::from_ref(fault),
            Self::Invalid(errors) => errors.fields(),
            _ => &[],
        }
    }
}
