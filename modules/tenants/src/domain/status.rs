//! Where a business stands in its life.

use stoa_core::TextError;
use stoa_db::column_text;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The name is reserved; the store is not made yet.
    Provisioning,
    Active,
    Suspended,
    Deleted,
}

impl Status {
    pub const ALL: [Self; 4] = [Self::Provisioning, Self::Active, Self::Suspended, Self::Deleted];

    pub fn parse(text: &str) -> Result<Self, TextError> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| TextError {
                code: "tenant.status_unknown",
                detail: "must be one of provisioning, active, suspended, deleted".to_owned(),
            })
    }

    /// Whether there is a store, which is to stay.
    pub(crate) fn is_made(self) -> bool {
        matches!(self, Self::Active | Self::Suspended)
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provisioning => "provisioning",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
        }
    }
}

column_text!(Status);
