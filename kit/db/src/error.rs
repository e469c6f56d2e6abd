//! What can go wrong with a store, told apart by what the caller should do.

use std::error::Error as StdError;

use stoa_core::{ErrorKind, Failure};

pub type DbResult<T> = Result<T, DbError>;

type Cause = Box<dyn StdError + Send + Sync>;

/// A failed statement. The cause is for the log; its text never reaches a client.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A unique key is taken. The name is `{table}_{columns}_key` on both engines, without the tenant's column.
    #[error("unique constraint {0}")]
    Unique(String),
    #[error("a foreign key or a check refuses the change")]
    Refused(#[source] Cause),
    #[error("no such row")]
    NoRow,
    /// A deadlock or serialisation failure; nothing was written, the request may be repeated.
    #[error("the change collided with another one")]
    Collision(#[source] Cause),
    #[error("the store cannot be reached now")]
    Unavailable(#[source] Cause),
    /// The tenant's store is elsewhere by now, or closed to writers for a while; the request may be repeated.
    #[error("the store has moved or is closed for a while")]
    Moved,
    /// Others were at work for longer than anybody waits, or the tenant uses all the connections it may have; the request
    /// may be repeated.
    #[error("the store is busy")]
    Busy,
    #[error("the storage is full")]
    Full(#[source] Cause),
    /// The store is damaged, another tenant's, or of a schema that this program cannot bring up to date: somebody has to
    /// look at it.
    #[error("the store is not as it should be")]
    Unfit(#[source] Cause),
    /// A column that does not hold what the code expects.
    #[error("the store holds something unexpected: {0}")]
    Unexpected(String),
    #[error(
        "this is not the master key that the stores were made with; give that one by STOA_MASTER_KEY or \
         STOA_MASTER_KEY_FILE, or put the file master.key back into the data directory"
    )]
    OtherMasterKey,
    #[error("the statement failed")]
    Failed(#[source] Cause),
}

impl DbError {
    /// Whether this is the unique constraint of that name, so that a service can say what is taken.
    #[must_use]
    pub fn violates(&self, constraint: &str) -> bool {
        matches!(self, Self::Unique(name) if name == constraint)
    }

    pub(crate) fn unexpected(what: impl Into<String>) -> Self {
        Self::Unexpected(what.into())
    }

    pub(crate) fn unfit(cause: impl Into<Cause>) -> Self {
        Self::Unfit(cause.into())
    }

    pub(crate) fn unavailable(cause: impl Into<Cause>) -> Self {
        Self::Unavailable(cause.into())
    }
}

impl Failure for DbError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unique(_) => ErrorKind::Conflict,
            Self::Collision(_)
            | Self::Unavailable(_)
            | Self::Moved
            | Self::Busy
            | Self::Full(_)
            | Self::Unfit(_) => ErrorKind::Unavailable,
            Self::Refused(_) | Self::NoRow | Self::Unexpected(_) | Self::OtherMasterKey | Self::Failed(_) => {
                ErrorKind::Internal
            }
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unique(_) => "db.duplicate",
            Self::Collision(_) => "db.retry",
            // What is wrong with it is the operator's concern.
            Self::Unavailable(_) | Self::Unfit(_) => "db.unavailable",
            Self::Moved => "db.moved",
            Self::Busy => "db.busy",
            Self::Full(_) => "db.full",
            Self::Refused(_) | Self::NoRow | Self::Unexpected(_) | Self::OtherMasterKey | Self::Failed(_) => {
                "db.internal"
            }
        }
    }
}
