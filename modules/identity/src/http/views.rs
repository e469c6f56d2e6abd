//! People as JSON.

use serde::Serialize;
use stoa_core::{Email, MembershipId, Role, SessionId, TenantId, Timestamp, UserId};
use utoipa::ToSchema;

use crate::{
    Member, User,
    domain::session::{ListedSession, SessionKind},
};

/// Who is signed in, and where they may go.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    pub session: SessionId,
    pub user: UserView,
    /// The membership that the session works in when the URL names no tenant.
    pub elected: Option<MembershipId>,
    /// In the order they were made.
    pub memberships: Vec<MembershipView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct UserView {
    pub id: UserId,
    #[schema(value_type = String, example = "ada@example.org")]
    pub email: Email,
    #[schema(example = "Ada Lovelace")]
    pub name: String,
    /// When the email was shown to be the user's own.
    pub email_verified: Option<Timestamp>,
    /// The address of a picture.
    #[schema(example = "https://example.org/ada.jpg")]
    pub image: Option<String>,
    pub last_login_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MembershipView {
    pub id: MembershipId,
    pub role: Role,
    /// Whether a new session starts with it.
    pub is_default: bool,
    pub tenant: TenantRef,
}

/// Enough of a tenant to choose it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantRef {
    pub id: TenantId,
    #[schema(example = "dhaka-silk")]
    pub slug: String,
    #[schema(example = "Dhaka Silk House")]
    pub name: String,
}

/// One of a user's sessions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListedSessionView {
    pub(crate) id: SessionId,
    /// Whether this is the session that asks.
    pub(crate) current: bool,
    pub(crate) kind: SessionKind,
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64)")]
    pub(crate) user_agent: Option<String>,
    pub(crate) created_at: Timestamp,
    /// To within an hour.
    pub(crate) last_seen_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// A member of the tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberView {
    pub(crate) id: MembershipId,
    pub(crate) user: UserId,
    #[schema(value_type = String, example = "ada@example.org")]
    pub(crate) email: Email,
    #[schema(example = "Ada Lovelace")]
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) created_at: Timestamp,
    /// Sent back with a change.
    #[schema(example = 1)]
    pub(crate) version: i64,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            email: user.email,
            name: user.name,
            email_verified: user.email_verified_at,
            image: user.image,
            last_login_at: user.last_login_at,
        }
    }
}

impl From<Member> for MemberView {
    fn from(member: Member) -> Self {
        Self {
            id: member.id,
            user: member.user,
            email: member.email,
            name: member.name,
            role: member.role,
            created_at: member.created_at,
            version: member.version,
        }
    }
}

impl ListedSessionView {
    pub(crate) fn of(session: ListedSession, current: SessionId) -> Self {
        Self {
            id: session.id,
            current: session.id == current,
            kind: session.kind,
            user_agent: session.user_agent,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
        }
    }
}
