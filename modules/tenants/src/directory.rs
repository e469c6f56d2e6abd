//! Answers the gateway's questions about businesses, for the composition root to hand on.

use std::sync::Arc;

use stoa_core::{Email, Recall, Slug, TenantId};
use stoa_db::{Db, DbResult};
use stoa_http::{HostKey, SiteEntry, TenantSnapshot, TenantStatus};

use crate::{
    Status, Tenant, TenantName, Tenants,
    store::{hosts::Hosts, tenants},
};

impl Tenants {
    /// The website of a host, if it was asked for a moment ago.
    #[must_use]
    pub fn known_site(&self, db: &Db, host: &HostKey) -> Option<SiteEntry> {
        let now = db.clock().now();
        let Recall::Known((tenant, site)) = self.memory().hosts.recall(stored(host)?, now) else {
            return None;
        };
        let Recall::Known(tenant) = self.memory().snapshots.recall(&current(db, tenant), now) else {
            return None;
        };
        Some(SiteEntry { tenant, site })
    }

    pub async fn by_host(&self, db: &Db, host: &HostKey) -> DbResult<Option<SiteEntry>> {
        let Some(host) = stored(host) else { return Ok(None) };
        let now = db.clock().now();
        let found = match self.memory().hosts.recall(host, now) {
            Recall::Known(found) => Some(found),
            Recall::Unknown(question) => {
                let mut cx = db.platform_read().await?;
                let found = Hosts::by_host(&mut cx, host).await?;
                if let Some(found) = found {
                    self.memory().hosts.keep(question, host.to_owned(), found, now);
                }
                found
            }
        };
        let Some((tenant, site)) = found else {
            return Ok(None);
        };
        Ok(self
            .by_id(db, tenant)
            .await?
            .map(|tenant| SiteEntry { tenant, site }))
    }

    pub async fn by_slug(&self, db: &Db, slug: &str) -> DbResult<Option<Arc<TenantSnapshot>>> {
        let now = db.clock().now();
        let id = match self.memory().slugs.recall(slug, now) {
            Recall::Known(id) => Some(id),
            Recall::Unknown(question) => {
                let Ok(parsed) = Slug::parse(slug) else {
                    return Ok(None);
                };
                let mut cx = db.platform_read().await?;
                let found = tenants::id_by_slug(&mut cx, &parsed).await?;
                if let Some(id) = found {
                    self.memory().slugs.keep(question, slug.to_owned(), id, now);
                }
                found
            }
        };
        match id {
            Some(id) => self.by_id(db, id).await,
            None => Ok(None),
        }
    }

    pub async fn by_id(&self, db: &Db, id: TenantId) -> DbResult<Option<Arc<TenantSnapshot>>> {
        let (now, key) = (db.clock().now(), current(db, id));
        match self.memory().snapshots.recall(&key, now) {
            Recall::Known(snapshot) => Ok(Some(snapshot)),
            Recall::Unknown(question) => {
                let mut cx = db.platform_read().await?;
                let found = tenants::tenant(&mut cx, id)
                    .await?
                    .and_then(snapshot)
                    .map(Arc::new);
                if let Some(snapshot) = &found {
                    self.memory()
                        .snapshots
                        .keep(question, key, Arc::clone(snapshot), now);
                }
                Ok(found)
            }
        }
    }

    /// What a business is called and where its mail goes, as it is now.
    pub async fn contact(&self, db: &Db, id: TenantId) -> DbResult<Option<(TenantName, Email)>> {
        let mut cx = db.platform_read().await?;
        let tenant = tenants::tenant(&mut cx, id).await?;
        Ok(tenant.map(|tenant| (tenant.name, tenant.email)))
    }
}

/// A tenant as it is configured now.
fn current(db: &Db, tenant: TenantId) -> (TenantId, u64) {
    (tenant, db.generation(tenant).config)
}

/// How a host is stored: a subdomain as its label, a custom domain as its full name. A label holds no dot, so the two
/// cannot be taken for each other.
fn stored(host: &HostKey) -> Option<&str> {
    match host {
        HostKey::Subdomain(label) => Some(label).filter(|label| !label.contains('.')),
        HostKey::Custom(name) => Some(name).filter(|name| name.contains('.')),
        HostKey::Console | HostKey::Platform => None,
    }
    .map(String::as_str)
}

/// What requests may know of a tenant; a deleted one is none.
fn snapshot(tenant: Tenant) -> Option<TenantSnapshot> {
    let status = match tenant.status {
        Status::Provisioning => TenantStatus::Provisioning,
        Status::Active => TenantStatus::Active,
        Status::Suspended => TenantStatus::Suspended,
        Status::Deleted => return None,
    };
    Some(TenantSnapshot {
        id: tenant.id,
        slug: tenant.slug.into_string(),
        name: tenant.name.into_string(),
        status,
        is_admin: tenant.is_admin,
        currency: tenant.currency,
        locale: tenant.locale.as_str().to_owned(),
        time_zone: tenant.time_zone.as_str().to_owned(),
        features: tenant.features,
        primary_site: tenant.primary_site,
        version: tenant.version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: &HostKey, expected: Option<&str>) {
        assert_eq!(stored(host), expected);
    }

    #[test]
    fn a_label_is_never_taken_for_a_domain() {
        check(&HostKey::Subdomain("dhaka".to_owned()), Some("dhaka"));
        check(
            &HostKey::Custom("dhaka.example".to_owned()),
            Some("dhaka.example"),
        );
        check(&HostKey::Subdomain("dhaka.example".to_owned()), None);
        check(&HostKey::Custom("dhaka".to_owned()), None);
        check(&HostKey::Console, None);
        check(&HostKey::Platform, None);
    }
}
