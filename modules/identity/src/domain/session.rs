//! A signed-in browser.

use std::time::Duration;

use stoa_core::{MembershipId, SessionId, TenantId, Timestamp, UserId};

/// How long a session lasts from sign-in, whether used or not.
pub(crate) const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A use is noted at most this often, so that reading does not write.
pub(crate) const SEEN_EVERY: Duration = Duration::from_secs(60 * 60);

/// A session as it is found by its token.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) user: UserId,
    /// The membership it works in when the URL names no tenant.
    pub(crate) elected: Option<(MembershipId, TenantId)>,
    pub(crate) last_seen_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// A session as its owner sees it in a list.
#[derive(Debug, Clone)]
pub(crate) struct ListedSession {
    pub(crate) id: SessionId,
    pub(crate) user_agent: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_seen_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

impl Session {
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    pub(crate) fn use_is_worth_noting(&self, now: Timestamp) -> bool {
        now.since(self.last_seen_at) >= SEEN_EVERY
    }
}
