//! What can go wrong with businesses: one kind (the status) and one stable code each.

use stoa_core::{ErrorKind, Failure, FieldError, FieldErrors};
use stoa_db::DbError;
use stoa_identity::IdentityError;
use stoa_sites::SitesError;

#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    #[error("This address is taken.")]
    SlugTaken,
    #[error("There is no such tenant.")]
    NotFound,
    #[error("This business is not open yet, or not any more.")]
    NotOpen,
    #[error("The profile was changed meanwhile; read it again.")]
    Stale,
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Sites(#[from] SitesError),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Failure for TenantError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::SlugTaken | Self::NotOpen | Self::Stale => ErrorKind::Conflict,
            Self::NotFound => ErrorKind::NotFound,
            Self::Invalid(error) => error.kind(),
            Self::Identity(error) => error.kind(),
            Self::Sites(error) => error.kind(),
            Self::Db(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::SlugTaken => "tenant.slug_taken",
            Self::NotFound => "tenant.not_found",
            Self::NotOpen => "tenant.not_open",
            Self::Stale => "tenant.stale",
            Self::Invalid(error) => error.code(),
            Self::Identity(error) => error.code(),
            Self::Sites(error) => error.code(),
            Self::Db(error) => error.code(),
        }
    }

    fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid(error) => error.fields(),
            Self::Identity(error) => error.fields(),
            Self::Sites(error) => error.fields(),
            _ => &[],
        }
    }
}
