//! What the platform's journal learns about people. Emails and names stay out of it.

use serde::Serialize;
use stoa_core::{ApiKeyId, MembershipId, Role, SessionId, TenantId, Timestamp, UserId};
use stoa_db::Event;

#[derive(Debug, Serialize)]
pub(crate) struct UserCreated {
    #[serde(skip)]
    pub(crate) user: UserId,
}

#[derive(Debug, Serialize)]
pub(crate) struct UserLoggedIn {
    #[serde(skip)]
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
}

#[derive(Debug, Serialize)]
pub(crate) struct PasswordSet {
    #[serde(skip)]
    pub(crate) user: UserId,
    pub(crate) sessions_ended: usize,
}

#[derive(Debug, Serialize)]
pub(crate) struct SessionEnded {
    #[serde(skip)]
    pub(crate) session: SessionId,
    pub(crate) user: UserId,
}

#[derive(Debug, Serialize)]
pub(crate) struct MembershipElected {
    #[serde(skip)]
    pub(crate) membership: MembershipId,
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
}

#[derive(Debug, Serialize)]
pub(crate) struct MemberAdded {
    #[serde(skip)]
    pub(crate) member: MembershipId,
    pub(crate) tenant: TenantId,
    pub(crate) user: UserId,
    pub(crate) role: Role,
}

#[derive(Debug, Serialize)]
pub(crate) struct MemberRoleChanged {
    #[serde(skip)]
    pub(crate) member: MembershipId,
    pub(crate) tenant: TenantId,
    pub(crate) from: Role,
    pub(crate) to: Role,
}

#[derive(Debug, Serialize)]
pub(crate) struct MemberRemoved {
    #[serde(skip)]
    pub(crate) member: MembershipId,
    pub(crate) tenant: TenantId,
    pub(crate) user: UserId,
    pub(crate) role: Role,
}

#[derive(Debug, Serialize)]
pub(crate) struct ApiKeyCreated {
    #[serde(skip)]
    pub(crate) key: ApiKeyId,
    pub(crate) tenant: TenantId,
    pub(crate) permissions: Vec<String>,
    pub(crate) expires_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ApiKeyRevoked {
    #[serde(skip)]
    pub(crate) key: ApiKeyId,
    pub(crate) tenant: TenantId,
}

impl Event for ApiKeyCreated {
    const KIND: &'static str = "api_key.created";

    fn subject(&self) -> String {
        self.key.to_string()
    }
}

impl Event for ApiKeyRevoked {
    const KIND: &'static str = "api_key.revoked";

    fn subject(&self) -> String {
        self.key.to_string()
    }
}

impl Event for UserCreated {
    const KIND: &'static str = "user.created";

    fn subject(&self) -> String {
        self.user.to_string()
    }
}

impl Event for UserLoggedIn {
    const KIND: &'static str = "user.logged_in";

    fn subject(&self) -> String {
        self.user.to_string()
    }
}

impl Event for PasswordSet {
    const KIND: &'static str = "user.password_set";

    fn subject(&self) -> String {
        self.user.to_string()
    }
}

impl Event for SessionEnded {
    const KIND: &'static str = "session.ended";

    fn subject(&self) -> String {
        self.session.to_string()
    }
}

impl Event for MembershipElected {
    const KIND: &'static str = "membership.elected";

    fn subject(&self) -> String {
        self.membership.to_string()
    }
}

impl Event for MemberAdded {
    const KIND: &'static str = "member.added";

    fn subject(&self) -> String {
        self.member.to_string()
    }
}

impl Event for MemberRoleChanged {
    const KIND: &'static str = "member.role_changed";

    fn subject(&self) -> String {
        self.member.to_string()
    }
}

impl Event for MemberRemoved {
    const KIND: &'static str = "member.removed";

    fn subject(&self) -> String {
        self.member.to_string()
    }
}
