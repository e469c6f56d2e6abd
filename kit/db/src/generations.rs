//! Content generations: a number per tenant that rises when what its public pages show has changed.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError, RwLock},
    time::Duration,
};

use stoa_core::{TenantId, Timestamp};

use crate::{DbResult, PlatformCx, control_sql};

/// How far behind the last poll the next one looks: changes that were committed late or by a clock that lags are seen.
const OVERLAP: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
pub(crate) struct Generations {
    current: RwLock<HashMap<TenantId, u64>>,
    /// Raised here and not yet told to the other processes.
    untold: Mutex<HashSet<TenantId>>,
    /// The number last told or heard of each tenant: another one means that another process told.
    heard: Mutex<HashMap<TenantId, i64>>,
    /// When the last poll that succeeded began.
    polled: Mutex<Option<Timestamp>>,
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

    /// In one order everywhere, so that no two processes that tell wait for each other.
    pub(crate) fn take_untold(&self) -> Vec<TenantId> {
        let mut untold: Vec<_> = self
            .untold
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain()
            .collect();
        untold.sort_unstable();
        untold
    }

    /// Takes back what could not be told.
    pub(crate) fn put_back(&self, tenants: impl IntoIterator<Item = TenantId>) {
        self.untold
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(tenants);
    }

    /// Remembers the numbers that this process told. One that skips a number says that another told in between.
    pub(crate) fn told(&self, numbers: Vec<(TenantId, i64)>) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        for (tenant, number) in numbers {
            if heard.insert(tenant, number) != Some(number - 1) {
                self.bump(tenant);
            }
        }
    }

    /// Raises what another process has raised since it was last heard.
    pub(crate) fn hear(&self, numbers: Vec<(TenantId, i64)>, polled: Timestamp) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        for (tenant, number) in numbers {
            if heard.insert(tenant, number) != Some(number) {
                self.bump(tenant);
            }
        }
        *self.polled.lock().unwrap_or_else(PoisonError::into_inner) = Some(polled);
    }

    /// Since when the next poll asks.
    pub(crate) fn since(&self, now: Timestamp) -> Timestamp {
        self.polled
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .unwrap_or(now)
            .minus(OVERLAP)
    }
}

/// Counts each tenant's number up; says what it is now.
pub(crate) async fn tell(cx: &mut PlatformCx, tenants: &[TenantId]) -> DbResult<Vec<(TenantId, i64)>> {
    let now = cx.now();
    let mut told = Vec::with_capacity(tenants.len());
    for tenant in tenants {
        cx.sql(control_sql!(
            "INSERT INTO generations (tenant_id, number, touched_at) VALUES ($1, 0, $2)
             ON CONFLICT (tenant_id) DO NOTHING"
        ))
        .bind(*tenant)
        .bind(now)
        .execute()
        .await?;
        let (number,) = cx
            .sql(control_sql!(
                "UPDATE generations SET number = number + 1, touched_at = $2 WHERE tenant_id = $1 RETURNING number"
            ))
            .bind(*tenant)
            .bind(now)
            .one()
            .await?;
        told.push((*tenant, number));
    }
    Ok(told)
}

pub(crate) async fn numbers(cx: &mut PlatformCx, since: Timestamp) -> DbResult<Vec<(TenantId, i64)>> {
    cx.sql(control_sql!(
        "SELECT tenant_id, number FROM generations WHERE touched_at >= $1"
    ))
    .bind(since)
    .all()
    .await
}
