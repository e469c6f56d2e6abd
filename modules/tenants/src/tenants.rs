//! The module's memory within one process: which tenant a host, a slug or an id stands for.

use std::{sync::Arc, time::Duration};

use stoa_core::{Recent, SiteId, TenantId};
use stoa_http::TenantSnapshot;
use stoa_identity::Identity;

/// How long another process may go on with what this one has changed.
const KEPT: Duration = Duration::from_secs(1);
const CAPACITY: usize = 50_000;

/// The businesses, as one process knows them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tenants(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    identity: Identity,
    memory: Memory,
}

/// Answers of a moment ago.
#[derive(Debug)]
pub(crate) struct Memory {
    /// By the tenant's generation too: what is changed makes it rise.
    pub(crate) snapshots: Recent<(TenantId, u64), Arc<TenantSnapshot>>,
    pub(crate) slugs: Recent<String, TenantId>,
    pub(crate) hosts: Recent<String, (TenantId, SiteId)>,
}

impl Tenants {
    #[must_use]
    pub fn new(identity: Identity) -> Self {
        Self(Arc::new(Inner {
            identity,
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

    pub(crate) fn memory(&self) -> &Memory {
        &self.0.memory
    }
}
