//! The module's memory within one process: which tenant a host, a slug or an id stands for.

use std::{sync::Arc, time::Duration};

use stoa_core::{Recent, SiteId, TenantId};
use stoa_http::TenantSnapshot;
use stoa_identity::Identity;

use crate::Placement;

/// How long another process may go on with what this one has changed.
const KEPT: Duration = Duration::from_secs(1);
const CAPACITY: usize = 50_000;

/// The businesses, as one process knows them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tenants(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    identity: Identity,
    placement: Placement,
    memory: Memory,
}

/// Answers of a moment ago.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) snapshots: Recent<TenantId, Arc<TenantSnapshot>>,
    pub(crate) slugs: Recent<String, TenantId>,
    pub(crate) hosts: Recent<String, (TenantId, SiteId)>,
}

impl Tenants {
    /// `placement` is where the stores of businesses that sign up are kept.
    #[must_use]
    pub fn new(identity: Identity, placement: Placement) -> Self {
        Self(Arc::new(Inner {
            identity,
            placement,
            memory: Memory {
                snapshots: Recent::new(KEPT, CAPACITY),
                slugs: Recent::new(KEPT, CAPACITY),
                hosts: Recent::new(KEPT, CAPACITY),
            },
        }))
    }

    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    #[must_use]
    pub fn placement(&self) -> Placement {
        self.0.placement
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.0.memory
    }

    /// To be called once a tenant's change is committed, before it is answered.
    pub(crate) fn forget(&self, tenant: TenantId) {
        self.memory().snapshots.forget(&tenant);
    }
}
