//! A directory that tests write by hand.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use stoa_core::{Currency, Feature, FeatureSet, Id, MembershipId, Role, TenantId, Token, UserId};
use stoa_db::{Db, DbResult};
use stoa_http::{
    BoxFuture, Credential, Directory, Elected, Freshness, HostKey, Membership, PermissionSet, Person,
    Principal, SiteEntry, TenantSnapshot, TenantStatus,
};

#[derive(Clone)]
pub(crate) struct FakeDirectory(Arc<Inner>);

struct Inner {
    db: Db,
    tables: Mutex<Tables>,
    /// Whether hosts are known without asking, as after a first request.
    remembers: AtomicBool,
    fresh_reads: AtomicU64,
}

#[derive(Default)]
struct Tables {
    tenants: Vec<Arc<TenantSnapshot>>,
    hosts: HashMap<HostKey, TenantId>,
    principals: HashMap<String, Principal>,
    memberships: HashMap<(UserId, TenantId), Vec<&'static str>>,
}

impl FakeDirectory {
    pub(crate) fn new(db: Db) -> Self {
        Self(Arc::new(Inner {
            db,
            tables: Mutex::default(),
            remembers: AtomicBool::new(true),
            fresh_reads: AtomicU64::new(0),
        }))
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.tables.lock().unwrap()
    }

    /// A tenant with its store, its subdomain and one feature.
    pub(crate) async fn add_tenant(&self, slug: &str) -> TenantId {
        let id = self.new_id();
        let features: FeatureSet = [Feature::Ecommerce].into_iter().collect();
        self.0.db.provision(id, &features).await.unwrap();
        let tenant = TenantSnapshot {
            id,
            slug: slug.to_owned(),
            name: slug.to_owned(),
            status: TenantStatus::Active,
            is_admin: false,
            currency: Currency::parse("BDT").unwrap(),
            locale: "en".to_owned(),
            time_zone: "Asia/Dhaka".to_owned(),
            features,
            primary_site: Some(self.new_id()),
            version: 1,
        };
        self.tables().tenants.push(Arc::new(tenant));
        self.add_host(HostKey::Subdomain(slug.to_owned()), id);
        id
    }

    pub(crate) fn add_host(&self, host: HostKey, tenant: TenantId) {
        self.tables().hosts.insert(host, tenant);
    }

    pub(crate) fn change_tenant(&self, id: TenantId, change: impl FnOnce(&mut TenantSnapshot)) {
        let mut tables = self.tables();
        let tenant = tables.tenants.iter_mut().find(|tenant| tenant.id == id).unwrap();
        change(Arc::make_mut(tenant));
    }

    /// Somebody with a session, who is a member of one tenant or of none.
    pub(crate) fn add_user(
        &self,
        member_of: Option<TenantId>,
        permissions: &[&'static str],
    ) -> (UserId, Token) {
        let (user, token): (UserId, _) = (self.new_id(), Token::random());
        let principal = Principal::Person(Person {
            user,
            session: self.new_id(),
            elected: None,
            bound: None,
        });
        let mut tables = self.tables();
        tables.principals.insert(token.as_str().to_owned(), principal);
        if let Some(tenant) = member_of {
            tables.memberships.insert((user, tenant), permissions.to_vec());
        }
        (user, token)
    }

    pub(crate) fn elect(&self, token: &Token, tenant: TenantId) {
        let membership: MembershipId = self.new_id();
        let mut tables = self.tables();
        let Some(Principal::Person(person)) = tables.principals.get_mut(token.as_str()) else {
            panic!("nobody holds this token");
        };
        person.elected = Some(Elected { membership, tenant });
    }

    pub(crate) fn end_session(&self, token: &Token) {
        self.tables().principals.remove(token.as_str());
    }

    pub(crate) fn remove_member(&self, user: UserId, tenant: TenantId) {
        self.tables().memberships.remove(&(user, tenant));
    }

    pub(crate) fn remember_hosts(&self, remembers: bool) {
        self.0.remembers.store(remembers, Ordering::SeqCst);
    }

    pub(crate) fn fresh_reads(&self) -> u64 {
        self.0.fresh_reads.load(Ordering::SeqCst)
    }

    fn new_id<const PREFIX: u32>(&self) -> Id<PREFIX> {
        Id::new(self.0.db.clock().now())
    }

    fn entry(&self, host: &HostKey) -> Option<SiteEntry> {
        let tables = self.tables();
        let id = tables.hosts.get(host)?;
        let tenant = tables.tenants.iter().find(|tenant| tenant.id == *id)?;
        Some(SiteEntry {
            tenant: Arc::clone(tenant),
            site: tenant.primary_site?,
        })
    }

    fn tenant(&self, is: impl Fn(&TenantSnapshot) -> bool) -> Option<Arc<TenantSnapshot>> {
        self.tables().tenants.iter().find(|tenant| is(tenant)).cloned()
    }
}

fn ready<'a, T: Send + 'a>(answer: T) -> BoxFuture<'a, DbResult<T>> {
    Box::pin(async { Ok(answer) })
}

impl Directory for FakeDirectory {
    fn known_site(&self, host: &HostKey) -> Option<SiteEntry> {
        self.0
            .remembers
            .load(Ordering::SeqCst)
            .then(|| self.entry(host))
            .flatten()
    }

    fn site_by_host<'a>(&'a self, host: &'a HostKey) -> BoxFuture<'a, DbResult<Option<SiteEntry>>> {
        ready(self.entry(host))
    }

    fn tenant_by_slug<'a>(&'a self, slug: &'a str) -> BoxFuture<'a, DbResult<Option<Arc<TenantSnapshot>>>> {
        ready(self.tenant(|tenant| tenant.slug == slug))
    }

    fn tenant_by_id(&self, id: TenantId) -> BoxFuture<'_, DbResult<Option<Arc<TenantSnapshot>>>> {
        ready(self.tenant(|tenant| tenant.id == id))
    }

    fn authenticate<'a>(
        &'a self,
        credential: &'a Credential,
        _: Freshness,
    ) -> BoxFuture<'a, DbResult<Option<Principal>>> {
        let Credential::Session(token) = credential else {
            return ready(None);
        };
        ready(self.tables().principals.get(token.as_str()).cloned())
    }

    fn membership(
        &self,
        user: UserId,
        tenant: TenantId,
        freshness: Freshness,
    ) -> BoxFuture<'_, DbResult<Option<Membership>>> {
        let is_fresh = freshness == Freshness::Fresh;
        self.0
            .fresh_reads
            .fetch_add(u64::from(is_fresh), Ordering::SeqCst);
        let permissions = self.tables().memberships.get(&(user, tenant)).cloned();
        ready(permissions.map(|permissions| Membership {
            id: self.new_id(),
            role: Role::Staff,
            permissions: PermissionSet::new(permissions),
            version: 1,
        }))
    }
}
