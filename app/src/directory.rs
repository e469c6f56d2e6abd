//! Answers the gateway's questions from the modules that know: tenants and identity.

use std::sync::Arc;

use stoa_core::{TenantId, UserId};
use stoa_db::{Db, DbResult};
use stoa_http::{
    BoxFuture, Credential, Directory, Freshness, HostKey, Membership, Principal, SiteEntry, TenantSnapshot,
    TenantStatus,
};
use stoa_jobs::{Ask, Standing};
use stoa_mail::{AskSender, Sender};
use stoa_tenants::Tenants;

#[derive(Debug)]
pub(crate) struct PlatformDirectory {
    db: Db,
    tenants: Tenants,
}

impl PlatformDirectory {
    pub(crate) fn new(db: Db, tenants: Tenants) -> Self {
        Self { db, tenants }
    }
}

impl Directory for PlatformDirectory {
    fn known_site(&self, host: &HostKey) -> Option<SiteEntry> {
        self.tenants.known_site(&self.db, host)
    }

    fn site_by_host<'a>(&'a self, host: &'a HostKey) -> BoxFuture<'a, DbResult<Option<SiteEntry>>> {
        Box::pin(self.tenants.by_host(&self.db, host))
    }

    fn tenant_by_slug<'a>(&'a self, slug: &'a str) -> BoxFuture<'a, DbResult<Option<Arc<TenantSnapshot>>>> {
        Box::pin(self.tenants.by_slug(&self.db, slug))
    }

    fn tenant_by_id(&self, id: TenantId) -> BoxFuture<'_, DbResult<Option<Arc<TenantSnapshot>>>> {
        Box::pin(self.tenants.by_id(&self.db, id))
    }

    fn authenticate<'a>(
        &'a self,
        credential: &'a Credential,
        freshness: Freshness,
    ) -> BoxFuture<'a, DbResult<Option<Principal>>> {
        Box::pin(
            self.tenants
                .identity()
                .authenticate(&self.db, credential, freshness),
        )
    }

    fn membership(
        &self,
        user: UserId,
        tenant: TenantId,
        freshness: Freshness,
    ) -> BoxFuture<'_, DbResult<Option<Membership>>> {
        Box::pin(
            self.tenants
                .identity()
                .membership(&self.db, user, tenant, freshness),
        )
    }
}

/// Whether a tenant's jobs may be done, for the runner.
pub(crate) fn ask_standing(db: &Db, tenants: &Tenants) -> Ask {
    let (db, tenants) = (db.clone(), tenants.clone());
    Box::new(move |tenant| {
        let (db, tenants) = (db.clone(), tenants.clone());
        Box::pin(async move {
            let Some(tenant) = tenants.by_id(&db, tenant).await? else {
                return Ok(Standing::Gone);
            };
            Ok(match tenant.status {
                TenantStatus::Active => Standing::Active {
                    features: tenant.features.clone(),
                    time_zone: tenant.time_zone.clone(),
                },
                TenantStatus::Provisioning | TenantStatus::Suspended => Standing::Waiting,
            })
        })
    })
}

/// In whose name a tenant's letters are sent.
pub(crate) fn ask_sender(db: &Db, tenants: &Tenants) -> AskSender {
    let (db, tenants) = (db.clone(), tenants.clone());
    Box::new(move |tenant| {
        let (db, tenants) = (db.clone(), tenants.clone());
        Box::pin(async move {
            let contact = tenants.contact(&db, tenant).await?;
            Ok(contact.map(|(name, email)| Sender {
                name: name.into_string(),
                email,
            }))
        })
    })
}
