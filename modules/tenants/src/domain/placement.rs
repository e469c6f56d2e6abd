//! Where a business's store is kept.

use stoa_core::TextError;
use stoa_db::column_text;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// A SQLite file of its own.
    File,
    /// Rows of a shared PostgreSQL database.
    Pool,
}

impl Placement {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        match text {
            "file" => Ok(Self::File),
            "pool" => Ok(Self::Pool),
            _ => Err(TextError {
                code: "tenant.placement_unknown",
                detail: "must be one of file, pool".to_owned(),
            }),
        }
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Pool => "pool",
        }
    }
}

column_text!(Placement);
