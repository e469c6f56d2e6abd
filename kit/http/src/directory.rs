//! What the gateway asks the platform: whose host this is, who calls, and what they may do there.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::future::BoxFuture;
use stoa_core::{Currency, FeatureSet, MembershipId, Role, SessionId, SiteId, TenantId, Token, UserId};
use stoa_db::DbResult;

use crate::HostKey;

/// The one trait that the kit declares for modules to fill. Answers may be a moment old unless asked afresh.
pub trait Directory: Send + Sync + 'static {
    fn site_by_host<'a>(&'a self, host: &'a HostKey) -> BoxFuture<'a, DbResult<Option<SiteEntry>>>;

    fn tenant_by_slug<'a>(&'a self, slug: &'a str) -> BoxFuture<'a, DbResult<Option<Arc<TenantSnapshot>>>>;

    fn tenant_by_id(&self, id: TenantId) -> BoxFuture<'_, DbResult<Option<Arc<TenantSnapshot>>>>;

    fn authenticate<'a>(&'a self, credential: &'a Credential) -> BoxFuture<'a, DbResult<Option<Principal>>>;

    /// The user's place in a tenant; read anew from the store when `fresh`.
    fn membership(
        &self,
        user: UserId,
        tenant: TenantId,
        fresh: bool,
    ) -> BoxFuture<'_, DbResult<Option<Membership>>>;
}

/// A host's website and whose it is.
#[derive(Debug, Clone)]
pub struct SiteEntry {
    pub tenant: Arc<TenantSnapshot>,
    pub site: SiteId,
}

/// What a request needs to know of its tenant.
#[derive(Debug, Clone)]
pub struct TenantSnapshot {
    pub id: TenantId,
    pub slug: String,
    pub name: String,
    pub status: TenantStatus,
    pub is_admin: bool,
    pub currency: Currency,
    pub locale: String,
    pub time_zone: String,
    pub features: FeatureSet,
    pub primary_site: Option<SiteId>,
}

/// Whether a tenant is open to requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantStatus {
    Provisioning,
    Active,
    Suspended,
    Deleted,
}

/// What a caller shows to prove who they are.
#[derive(Debug, Clone)]
pub enum Credential {
    /// The cookie of a signed-in browser.
    Session(Token),
}

/// Who calls.
#[derive(Debug, Clone)]
pub struct Principal {
    pub user: UserId,
    pub session: SessionId,
    /// The membership the session works in; only decides where a user lands.
    pub elected: Option<MembershipId>,
}

/// A user's place in a tenant.
#[derive(Debug, Clone)]
pub struct Membership {
    pub id: MembershipId,
    pub role: Role,
    pub permissions: Arc<BTreeSet<&'static str>>,
}

impl Membership {
    #[must_use]
    pub fn allows(&self, permission: &str) -> bool {
        self.permissions.contains(permission)
    }
}
