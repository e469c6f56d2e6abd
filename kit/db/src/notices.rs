//! Tells those who follow a tenant's journal, within this process, that it has grown.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, Weak},
};

use stoa_core::TenantId;
use tokio::sync::Notify;

#[derive(Debug, Default)]
pub(crate) struct Notices(RwLock<HashMap<TenantId, Weak<Notify>>>);

impl Notices {
    /// What is notified when the tenant's journal has grown.
    pub(crate) fn follow(&self, tenant: TenantId) -> Arc<Notify> {
        let mut followed = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = followed.get(&tenant).and_then(Weak::upgrade) {
            return bell;
        }
        followed.retain(|_, bell| bell.strong_count() > 0);
        let bell = Arc::new(Notify::new());
        followed.insert(tenant, Arc::downgrade(&bell));
        bell
    }

    pub(crate) fn tell(&self, tenant: TenantId) {
        let followed = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = followed.get(&tenant).and_then(Weak::upgrade) {
            bell.notify_waiters();
        }
    }
}
