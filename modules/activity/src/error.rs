//! What can go wrong here: one kind (the status) and one stable code each.

use stoa_core::{ErrorKind, Failure};
use stoa_db::DbError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum ActivityError {
    #[error("There is no such job.")]
    JobNotFound,
    #[error("Only a dead job can be tried again.")]
    JobNotDead,
    #[error(
        "As many follow the business's journal as may at once, or as many for you as one may; try again when somebody has left."
    )]
    TooManyStreams,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Failure for ActivityError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::JobNotFound => ErrorKind::NotFound,
            Self::JobNotDead => ErrorKind::Conflict,
            Self::TooManyStreams => ErrorKind::TooMany,
            Self::Db(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::JobNotFound => "jobs.not_found",
            Self::JobNotDead => "jobs.not_dead",
            Self::TooManyStreams => "journal.too_many_streams",
            Self::Db(error) => error.code(),
        }
    }
}
