//! A signed-in browser, or a program that acts for a person by tokens.

use std::{str::FromStr, time::Duration};

use serde::Serialize;
use stoa_core::{MembershipId, SessionId, TenantId, TextError, Timestamp, UserId};
use utoipa::ToSchema;

/// How long a session lasts from sign-in, whether used or not.
pub(crate) const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A use is noted at most this often, so that reading does not write.
pub(crate) const SEEN_EVERY: Duration = Duration::from_secs(60 * 60);

/// How a session's requests prove whose they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SessionKind {
    /// By a cookie.
    Browser,
    /// By access tokens, which a refresh token renews.
    Token,
}

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
    pub(crate) kind: SessionKind,
    pub(crate) user_agent: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_seen_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

impl SessionKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Token => "token",
        }
    }
}

impl FromStr for SessionKind {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let known = [Self::Browser, Self::Token];
        known
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| TextError {
                code: "session.kind",
                detail: "must be browser or token".to_owned(),
            })
    }
}

impl Session {
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    pub(crate) fn use_is_worth_noting(&self, now: Timestamp) -> bool {
        now.since(self.last_seen_at) >= SEEN_EVERY
    }
}
