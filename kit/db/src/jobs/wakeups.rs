//! Wakeups: rows of the control store that say which tenants' jobs somebody should look at. A worker leases one, does
//! what is due there, and says when to look again.
//!
//! The row is written before a tenant's store is and taken away only when nobody has written it for longer than a unit
//! of work can last: so a job that was committed is found, whoever crashes.

use std::time::Duration;

use stoa_core::{Actor, TenantId, Timestamp};
use uuid::Uuid;

use super::platform;
use crate::{Db, DbResult, PlatformCx, control_sql};

/// How long a lease holds unless it is renewed.
const LEASE: Duration = Duration::from_secs(60);
/// With no more than this left it is renewed.
const RENEWAL: Duration = Duration::from_secs(40);
/// How soon another process looks at what this one has not looked at itself.
const LOOK: Duration = Duration::from_secs(30);
/// Warm for 30 s, and a unit of work that has begun then may take a minute more.
const SETTLED: Duration = Duration::from_secs(90);

/// A process that does jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node(Uuid);

/// The right to do the jobs of a store, for a time.
#[derive(Debug)]
pub struct Lease {
    /// [`platform`] when it is the platform's own store.
    pub tenant: TenantId,
    node: Node,
    until: Timestamp,
    /// What stands as `due_at` meanwhile; a lower one was written by somebody who has more to do.
    due_at: Timestamp,
}

impl Node {
    #[must_use]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl Default for Node {
    fn default() -> Self {
        Self::new()
    }
}

impl Db {
    /// Makes sure that somebody will look at the tenant's jobs.
    pub(crate) async fn wake(&self, tenant: TenantId) -> DbResult<()> {
        let mut cx = self.platform_begin(Actor::System).await?;
        let now = cx.now();
        touch(&mut cx, tenant).await?;
        cx.commit().await?;
        self.warmth().warm(tenant, now);
        Ok(())
    }

    /// Completes when something is due in a tenant's store that this process has written.
    pub async fn jobs_are_due(&self) {
        self.warmth().rung().await;
    }

    /// The tenants in whose stores this process has committed something that is due.
    #[must_use]
    pub fn take_due_tenants(&self) -> Vec<TenantId> {
        self.warmth().take_due()
    }

    /// Takes the lease on the tenant that waits longest, if any does.
    pub async fn lease_due(&self, node: Node) -> DbResult<Option<Lease>> {
        if !self.is_any_due().await? {
            return Ok(None);
        }
        let mut cx = self.platform_begin(Actor::System).await?;
        let (now, until) = (cx.now(), cx.now().plus(LEASE));
        let leased: Option<(TenantId,)> = cx
            .sql(control_sql!(
                "UPDATE wakeups SET lease_until = $3, due_at = $3, node = $2
                 WHERE (lease_until IS NULL OR lease_until <= $1) AND tenant_id = (SELECT tenant_id FROM wakeups
                     WHERE due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)
                     ORDER BY due_at, tenant_id LIMIT 1)
                 RETURNING tenant_id"
            ))
            .bind(now)
            .bind(node.0)
            .bind(until)
            .optional()
            .await?;
        cx.commit().await?;
        Ok(leased.map(|(tenant,)| Lease::of(tenant, node, until)))
    }

    /// Takes the lease on one tenant. When another holds it, that one looks again once it is done.
    pub async fn lease_tenant(&self, node: Node, tenant: TenantId) -> DbResult<Option<Lease>> {
        let mut cx = self.platform_begin(Actor::System).await?;
        let until = cx.now().plus(LEASE);
        let is_leased = take(&mut cx, node, tenant, until).await?
            // Who looks here has heard of something to do, be it that the row went away meanwhile.
            || hasten(&mut cx, tenant).await? && take(&mut cx, node, tenant, until).await?;
        cx.commit().await?;
        Ok(is_leased.then(|| Lease::of(tenant, node, until)))
    }

    /// Whether the lease is still held; it is renewed in time. Its holder asks often, however long there is to do.
    pub async fn hold(&self, lease: &mut Lease) -> DbResult<bool> {
        let left = lease.until.since(self.clock().now());
        if left.is_zero() {
            return Ok(false);
        }
        // More than it ever had: the clock was set back, and others do not wait for so long.
        if RENEWAL < left && left <= LEASE {
            return Ok(true);
        }
        self.renew(lease).await
    }

    async fn renew(&self, lease: &mut Lease) -> DbResult<bool> {
        let mut cx = self.platform_begin(Actor::System).await?;
        let until = cx.now().plus(LEASE);
        let renewed = cx
            .sql(control_sql!(
                "UPDATE wakeups SET lease_until = $4 WHERE tenant_id = $1 AND node = $2 AND lease_until = $3"
            ))
            .bind(lease.tenant)
            .bind(lease.node.0)
            .bind(lease.until)
            .bind(until)
            .execute()
            .await?;
        cx.commit().await?;
        if renewed == 1 {
            lease.until = until;
        }
        Ok(renewed == 1)
    }

    /// Gives the lease back. `next` is when something is due there, if anything is.
    pub async fn release(&self, lease: Lease, next: Option<Timestamp>) -> DbResult<()> {
        let mut cx = self.platform_begin(Actor::System).await?;
        if next.is_none() && forget(&mut cx, &lease).await? {
            return cx.commit().await;
        }
        // Whatever is due there next, it is looked at once more when all that may be under way has ended.
        let (now, settled) = (cx.now(), cx.now().plus(SETTLED));
        let next = next.unwrap_or(settled);
        cx.sql(control_sql!(
            "UPDATE wakeups SET lease_until = NULL, node = NULL,
                 due_at = CASE WHEN due_at < $4 AND due_at < $5 THEN due_at
                     WHEN touched_at >= $6 AND $5 > $7 THEN $7 ELSE $5 END
             WHERE tenant_id = $1 AND node = $2 AND lease_until = $3"
        ))
        .bind(lease.tenant)
        .bind(lease.node.0)
        .bind(lease.until)
        .bind(lease.due_at)
        .bind(next)
        .bind(now.minus(SETTLED))
        .bind(settled)
        .execute()
        .await?;
        cx.commit().await
    }

    /// Has other processes look at once at what this one has committed and does not do itself.
    pub(crate) async fn hand_over_due(&self) -> DbResult<()> {
        let mut due = self.take_due_tenants();
        if due.is_empty() {
            return Ok(());
        }
        // In one order everywhere, so that no two processes that hand over wait for each other.
        due.sort_unstable();
        let mut cx = self.platform_begin(Actor::System).await?;
        for tenant in due {
            hasten(&mut cx, tenant).await?;
        }
        cx.commit().await
    }

    async fn is_any_due(&self) -> DbResult<bool> {
        let mut cx = self.platform_read().await?;
        let now = cx.now();
        let due: Option<(TenantId,)> = cx
            .sql(control_sql!(
                "SELECT tenant_id FROM wakeups WHERE due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) LIMIT 1"
            ))
            .bind(now)
            .optional()
            .await?;
        Ok(due.is_some())
    }
}

impl Lease {
    /// Whether it is on the platform's own jobs.
    #[must_use]
    pub fn is_of_platform(&self) -> bool {
        self.tenant == platform()
    }

    fn of(tenant: TenantId, node: Node, until: Timestamp) -> Self {
        Self {
            tenant,
            node,
            until,
            due_at: until,
        }
    }
}

async fn take(cx: &mut PlatformCx, node: Node, tenant: TenantId, until: Timestamp) -> DbResult<bool> {
    let now = cx.now();
    let leased = cx
        .sql(control_sql!(
            "UPDATE wakeups SET lease_until = $4, due_at = $4, node = $3
             WHERE tenant_id = $1 AND (lease_until IS NULL OR lease_until <= $2)"
        ))
        .bind(tenant)
        .bind(now)
        .bind(node.0)
        .bind(until)
        .execute()
        .await?;
    Ok(leased == 1)
}

async fn touch(cx: &mut PlatformCx, tenant: TenantId) -> DbResult<()> {
    let now = cx.now();
    let look = now.plus(LOOK);
    cx.sql(control_sql!(
        "INSERT INTO wakeups (tenant_id, due_at, touched_at) VALUES ($1, $2, $3) ON CONFLICT (tenant_id) DO NOTHING"
    ))
    .bind(tenant)
    .bind(look)
    .bind(now)
    .execute()
    .await?;
    cx.sql(control_sql!(
        "UPDATE wakeups SET touched_at = $3, due_at = CASE WHEN due_at < $2 THEN due_at ELSE $2 END
         WHERE tenant_id = $1"
    ))
    .bind(tenant)
    .bind(look)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

/// Has somebody look at once. True when nobody would have looked at all: a unit of work may last so long that its row is
/// gone before it is committed.
pub(super) async fn hasten(cx: &mut PlatformCx, tenant: TenantId) -> DbResult<bool> {
    let now = cx.now();
    let made = cx
        .sql(control_sql!(
            "INSERT INTO wakeups (tenant_id, due_at, touched_at) VALUES ($1, $2, $2)
             ON CONFLICT (tenant_id) DO NOTHING"
        ))
        .bind(tenant)
        .bind(now)
        .execute()
        .await?;
    cx.sql(control_sql!(
        "UPDATE wakeups SET due_at = $2 WHERE tenant_id = $1 AND due_at > $2"
    ))
    .bind(tenant)
    .bind(now)
    .execute()
    .await?;
    Ok(made == 1)
}

/// Takes the row away unless somebody has written it since the lease was taken, or may be about to write the store.
async fn forget(cx: &mut PlatformCx, lease: &Lease) -> DbResult<bool> {
    let settled = cx.now().minus(SETTLED);
    let deleted = cx
        .sql(control_sql!(
            "DELETE FROM wakeups WHERE tenant_id = $1 AND node = $2 AND lease_until = $3 AND due_at >= $4
                 AND touched_at < $5"
        ))
        .bind(lease.tenant)
        .bind(lease.node.0)
        .bind(lease.until)
        .bind(lease.due_at)
        .bind(settled)
        .execute()
        .await?;
    Ok(deleted == 1)
}
