//! What can go wrong with websites and their pages.

use stoa_core::{ErrorKind, Failure, FieldError, FieldErrors};
use stoa_db::DbError;

#[derive(Debug, thiserror::Error)]
pub enum SitesError {
    #[error("There is no such website.")]
    NotFound,
    #[error("The website was changed meanwhile; read it again.")]
    Stale,
    /// A template that does not parse, or asks for something the page does not give.
    #[error("a template could not be rendered: {0:#}")]
    Template(#[from] minijinja::Error),
    #[error("the theme is incomplete: {0}")]
    Theme(String),
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Failure for SitesError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::Stale => ErrorKind::Conflict,
            Self::Template(_) | Self::Theme(_) => ErrorKind::Internal,
            Self::Invalid(error) => error.kind(),
            Self::Db(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "sites.not_found",
            Self::Stale => "sites.stale",
            Self::Template(_) | Self::Theme(_) => "sites.theme",
            Self::Invalid(error) => error.code(),
            Self::Db(error) => error.code(),
        }
    }

    fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid(error) => error.fields(),
            _ => &[],
        }
    }
}
