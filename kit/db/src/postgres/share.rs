//! No tenant holds more than its share of the connections: those who come meanwhile find some.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use stoa_core::TenantId;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{DbError, DbResult};

/// The tenants that hold connections or wait for one.
#[derive(Debug)]
pub(super) struct Shares {
    /// How many connections one tenant may hold.
    each: usize,
    patience: Duration,
    tenants: Mutex<HashMap<TenantId, Arc<Semaphore>>>,
}

/// One connection of a tenant's share, until it is dropped.
#[derive(Debug)]
pub(super) struct Share {
    permit: Option<OwnedSemaphorePermit>,
    tenant: TenantId,
    shares: Arc<Shares>,
}

impl Shares {
    /// Half of the connections each.
    pub(super) fn of(connections: usize, patience: Duration) -> Arc<Self> {
        Arc::new(Self {
            each: connections.div_ceil(2),
            patience,
            tenants: Mutex::default(),
        })
    }

    pub(super) async fn take(self: &Arc<Self>, tenant: TenantId) -> DbResult<Share> {
        // Made before the wait, so that also one who gives up tidies away.
        let mut share = Share {
            permit: None,
            tenant,
            shares: Arc::clone(self),
        };
        let turns = Arc::clone(
            self.tenants()
                .entry(tenant)
                .or_insert_with(|| Arc::new(Semaphore::new(self.each))),
        );
        let turn = timeout(self.patience, turns.acquire_owned());
        let permit = turn.await.map_err(|_| DbError::Busy)?;
        share.permit = Some(permit.map_err(DbError::unavailable)?);
        Ok(share)
    }

    fn tenants(&self) -> MutexGuard<'_, HashMap<TenantId, Arc<Semaphore>>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut tenants = self.shares.tenants();
        drop(self.permit.take());
        // Whoever holds or waits for another connection has the semaphore too.
        if tenants
            .get(&self.tenant)
            .is_some_and(|turns| Arc::strong_count(turns) == 1)
        {
            tenants.remove(&self.tenant);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_tenant_waits_for_its_own_and_for_nobody_else() -> DbResult<()> {
        let shares = Shares::of(4, Duration::from_secs(5));
        let (a, b) = (
            TenantId::from_uuid(uuid::Uuid::now_v7()),
            TenantId::from_uuid(uuid::Uuid::now_v7()),
        );
        let (first, second) = (shares.take(a).await?, shares.take(a).await?);
        let third = shares.take(a).await;
        assert!(matches!(third, Err(DbError::Busy)), "{third:?}");
        let theirs = shares.take(b).await?;

        drop(second);
        let third = shares.take(a).await?;
        drop((first, third, theirs));
        assert!(shares.tenants().is_empty(), "who has left is remembered");
        Ok(())
    }
}
