//! A key that a program of one tenant presents, with permissions of its own.

use std::time::Duration;

use stoa_core::{ApiKeyId, FieldErrors, TenantId, Text, Timestamp, UserId};

/// A use is noted at most this often, so that reading does not write.
const USED_EVERY: Duration = Duration::from_secs(60 * 60);

pub(crate) type ApiKeyName = Text<80>;

#[derive(Debug, Clone)]
pub(crate) struct ApiKey {
    pub(crate) id: ApiKeyId,
    pub(crate) tenant: TenantId,
    pub(crate) name: String,
    /// The keys of the permissions that it was given.
    pub(crate) permissions: Vec<String>,
    pub(crate) created_by: UserId,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) last_used_at: Option<Timestamp>,
}

impl ApiKey {
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    pub(crate) fn use_is_worth_noting(&self, now: Timestamp) -> bool {
        self.last_used_at.is_none_or(|last| now.since(last) >= USED_EVERY)
    }
}

/// A key that never counts is a mistake.
pub(crate) fn check_end(errors: &mut FieldErrors, end: Option<Timestamp>, now: Timestamp) {
    if end.is_some_and(|end| end <= now) {
        errors.add("expires_at", "time.past", "must be in the future");
    }
}
