//! Which tenants' wakeups this process has written a moment ago, and which have something to be done now.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use stoa_core::{TenantId, Timestamp};
use tokio::sync::Notify;

/// For so long after its wakeup was written a tenant's store may be written without writing it again.
const WARM: Duration = Duration::from_secs(30);
/// When so many are remembered, those that have gone cold are forgotten.
const CROWD: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Warmth {
    touched: Mutex<HashMap<TenantId, Timestamp>>,
    due: Mutex<HashSet<TenantId>>,
    bell: Notify,
}

impl Warmth {
    pub(crate) fn is_warm(&self, tenant: TenantId, now: Timestamp) -> bool {
        let touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        touched.get(&tenant).is_some_and(|at| is_warm(*at, now))
    }

    pub(crate) fn warm(&self, tenant: TenantId, now: Timestamp) {
        let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        if touched.len() >= CROWD {
            touched.retain(|_, at| is_warm(*at, now));
        }
        touched.insert(tenant, now);
    }

    /// Something was committed that is to be done now.
    pub(crate) fn note_due(&self, tenant: TenantId) {
        self.due
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(tenant);
        self.bell.notify_one();
    }

    pub(crate) fn take_due(&self) -> Vec<TenantId> {
        self.due
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain()
            .collect()
    }

    pub(crate) async fn rung(&self) {
        self.bell.notified().await;
    }
}

/// A clock that was set back makes what was touched cold: other nodes would not count on it either.
fn is_warm(touched: Timestamp, now: Timestamp) -> bool {
    touched <= now && now.since(touched) < WARM
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_stays_warm_for_a_while_and_by_no_clock_for_longer() {
        let (warmth, tenant) = (Warmth::default(), TenantId::new(Timestamp::from_millis(1)));
        let now = Timestamp::from_millis(1_000_000);
        assert!(!warmth.is_warm(tenant, now));
        warmth.warm(tenant, now);
        assert!(warmth.is_warm(tenant, now.plus(Duration::from_secs(29))));
        assert!(!warmth.is_warm(tenant, now.plus(WARM)));
        assert!(!warmth.is_warm(tenant, now.minus(Duration::from_secs(600))));
    }

    #[test]
    fn what_is_due_is_taken_once() {
        let (warmth, tenant) = (Warmth::default(), TenantId::new(Timestamp::from_millis(1)));
        warmth.note_due(tenant);
        warmth.note_due(tenant);
        assert_eq!(warmth.take_due(), [tenant]);
        assert!(warmth.take_due().is_empty());
    }
}
