//! Content generations: a number per tenant that rises when what its public pages show has changed.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError, RwLock},
    time::Duration,
};

use stoa_core::{TenantId, Timestamp};

use crate::{DbResult, PlatformCx, control_sql};

/// How far back the poll looks: changes that were committed late or by a clock that lags are still seen.
const OVERLAP: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(crate) struct Generations {
    current: RwLock<HashMap<TenantId, u64>>,
    /// Raised here and not yet told to the other processes.
    untold: Mutex<HashSet<TenantId>>,
    /// What the other processes told, so that it counts once.
    heard: Mutex<HashMap<TenantId, Timestamp>>,
}

impl Generations {
    pub(crate) fn of(&self, tenant: TenantId) -> u64 {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&tenant)
            .copied()
            .unwrap_or(0)
    }

    pub(crate) fn raise(&self, tenant: TenantId) {
        self.bump(tenant);
        self.untold
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(tenant);
    }

    fn bump(&self, tenant: TenantId) {
        *self
            .current
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(tenant)
            .or_default() += 1;
    }

    pub(crate) fn take_untold(&self) -> Vec<TenantId> {
        self.untold
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain()
            .collect()
    }

    /// Takes back what could not be told.
    pub(crate) fn put_back(&self, tenants: impl IntoIterator<Item = TenantId>) {
        self.untold
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(tenants);
    }

    /// Remembers what this process told, so that it does not hear itself.
    pub(crate) fn told_at(&self, tenants: &[TenantId], at: Timestamp) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.extend(tenants.iter().map(|tenant| (*tenant, at)));
    }

    /// Raises what another process has raised since it was last heard.
    pub(crate) fn hear(&self, told: Vec<(TenantId, Timestamp)>) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        for (tenant, at) in told {
            if heard.insert(tenant, at) != Some(at) {
                self.bump(tenant);
            }
        }
    }
}

pub(crate) async fn tell(cx: &mut PlatformCx, tenants: &[TenantId]) -> DbResult<()> {
    let now = cx.now();
    for tenant in tenants {
        cx.sql(control_sql!(
            "INSERT INTO generations (tenant_id, touched_at) VALUES ($1, $2) ON CONFLICT (tenant_id) DO NOTHING"
        ))
        .bind(*tenant)
        .bind(now)
        .execute()
        .await?;
        cx.sql(control_sql!(
            "UPDATE generations SET touched_at = $2 WHERE tenant_id = $1"
        ))
        .bind(*tenant)
        .bind(now)
        .execute()
        .await?;
    }
    Ok(())
}

pub(crate) async fn told(cx: &mut PlatformCx) -> DbResult<Vec<(TenantId, Timestamp)>> {
    let since = cx.now().minus(OVERLAP);
    cx.sql(control_sql!(
        "SELECT tenant_id, touched_at FROM generations WHERE touched_at >= $1"
    ))
    .bind(since)
    .all()
    .await
}
