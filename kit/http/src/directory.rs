//! What the kit has to ask the modules: whose host this is, who calls, and what they are in a tenant.

use std::{fmt, pin::Pin, sync::Arc};

use http::Method;
use stoa_core::{
    Actor, ApiKeyId, Currency, ErrorKind, FeatureSet, MembershipId, Role, SessionId, SiteId, TenantId, Token,
    UserId,
};
use stoa_db::DbResult;

use crate::{ApiError, HostKey};

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The questions that the kit asks and knows no table to answer. Answers may be remembered for up to a second.
pub trait Directory: Send + Sync + 'static {
    /// The website of a host, when that is known without asking a store; the way of a cached page.
    fn known_site(&self, host: &HostKey) -> Option<SiteEntry> {
        let _ = host;
        None
    }

    /// The website of a host. Asked for subdomains and custom hosts only.
    fn site_by_host<'a>(&'a self, host: &'a HostKey) -> BoxFuture<'a, DbResult<Option<SiteEntry>>>;

    fn tenant_by_slug<'a>(&'a self, slug: &'a str) -> BoxFuture<'a, DbResult<Option<Arc<TenantSnapshot>>>>;

    fn tenant_by_id(&self, id: TenantId) -> BoxFuture<'_, DbResult<Option<Arc<TenantSnapshot>>>>;

    /// Whom a live credential stands for.
    fn authenticate<'a>(
        &'a self,
        credential: &'a Credential,
        freshness: Freshness,
    ) -> BoxFuture<'a, DbResult<Option<Principal>>>;

    /// The user's place in a tenant.
    fn membership(
        &self,
        user: UserId,
        tenant: TenantId,
        freshness: Freshness,
    ) -> BoxFuture<'_, DbResult<Option<Membership>>>;
}

/// Whether an answer may be a moment old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    Recent,
    /// Read from the store: for requests that write or that concern access itself.
    Fresh,
}

impl Freshness {
    /// What a request of this method may do with.
    pub(crate) fn of(method: &Method) -> Self {
        if method.is_safe() {
            Self::Recent
        } else {
            Self::Fresh
        }
    }
}

/// A website, and whose it is.
#[derive(Debug, Clone)]
pub struct SiteEntry {
    pub tenant: Arc<TenantSnapshot>,
    pub site: SiteId,
}

/// A business, as far as every request has to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantSnapshot {
    pub id: TenantId,
    pub slug: String,
    pub name: String,
    pub status: TenantStatus,
    pub is_admin: bool,
    pub currency: Currency,
    /// BCP 47, such as `bn-BD`.
    pub locale: String,
    /// IANA, such as `Asia/Dhaka`.
    pub time_zone: String,
    pub features: FeatureSet,
    /// The website of requests that name the tenant and no website.
    pub primary_site: Option<SiteId>,
    /// Rises with every change of the above; pages rendered before one are not served after it.
    pub version: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantStatus {
    Provisioning,
    Active,
    Suspended,
}

/// What a request presents to prove who sends it. Nothing but its form has been checked.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// From the cookie `__Host-stoa`, on the console's host.
    Session(Token),
    /// `Authorization: Bearer`, signed by the platform.
    AccessToken(String),
    /// `Authorization: Bearer stoa_…`.
    ApiKey(Token),
}

/// Who is behind a live credential.
#[derive(Debug, Clone)]
pub enum Principal {
    Person(Person),
    Program(Program),
}

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub user: UserId,
    pub session: SessionId,
    /// Where the session works when a request names no tenant.
    pub elected: Option<Elected>,
    /// Set when the credential reaches one tenant only.
    pub bound: Option<Bound>,
}

/// A program of one tenant, known by its API key.
#[derive(Debug, Clone)]
pub struct Program {
    pub key: ApiKeyId,
    pub tenant: TenantId,
    pub permissions: PermissionSet,
}

/// The membership that a session works in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elected {
    pub membership: MembershipId,
    pub tenant: TenantId,
}

/// The membership that a token was made for, as it was then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    pub membership: MembershipId,
    pub tenant: TenantId,
    pub version: i64,
}

impl Principal {
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            Self::Person(person) => Actor::User(person.user),
            Self::Program(program) => Actor::ApiKey(program.key),
        }
    }

    /// 403 `auth.person_required` for a program.
    pub fn person(&self) -> Result<&Person, ApiError> {
        match self {
            Self::Person(person) => Ok(person),
            Self::Program(_) => Err(ApiError::new(
                ErrorKind::Forbidden,
                "auth.person_required",
                "This is for people; an API key cannot do it.",
            )),
        }
    }

    /// The tenant that a request means when it names none.
    pub(crate) fn works_in(&self) -> Option<TenantId> {
        match self {
            Self::Person(person) => person.elected.map(|elected| elected.tenant),
            Self::Program(program) => Some(program.tenant),
        }
    }
}

impl Person {
    /// Whether the credential counts in this tenant at all; whether its holder is a member is another question.
    pub(crate) fn reaches(&self, tenant: TenantId) -> bool {
        self.bound.is_none_or(|bound| bound.tenant == tenant)
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Session(_) => "Session(…)",
            Self::AccessToken(_) => "AccessToken(…)",
            Self::ApiKey(_) => "ApiKey(…)",
        })
    }
}

/// A user's place in a tenant.
#[derive(Debug, Clone)]
pub struct Membership {
    pub id: MembershipId,
    pub role: Role,
    pub permissions: PermissionSet,
    /// Rises with every change of the role.
    pub version: i64,
}

/// The keys of the permissions that somebody holds. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PermissionSet(Arc<[&'static str]>);

impl PermissionSet {
    #[must_use]
    pub fn new(keys: impl Into<Arc<[&'static str]>>) -> Self {
        Self(keys.into())
    }

    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.0.contains(&key)
    }

    pub fn iter(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.iter().copied()
    }
}
