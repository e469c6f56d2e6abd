//! One database with tenants' stores, as the role that owns nothing.

use std::sync::Arc;

use deadpool_postgres::Pool;
use stoa_core::TenantId;

use super::{
    Binding, Keeper, Tx, catalogue, column, fence,
    login::{Login, PATIENCE},
    role,
    share::Shares,
    tls::Tls,
};
use crate::{DbResult, Placement, unit::Access};

/// A tenant that a database has.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) tenant: TenantId,
    pub(crate) epoch: i64,
    pub(crate) open: bool,
}

#[derive(Debug)]
pub(crate) struct Shard {
    pool: Pool,
    tls: Tls,
    shares: Arc<Shares>,
    pub(super) owner: Login,
}

impl Shard {
    pub(super) fn new(app: &Login, owner: Login, connections: usize) -> DbResult<Self> {
        Ok(Self {
            pool: app.pool("tenant", connections)?,
            tls: app.tls().clone(),
            shares: Shares::of(connections, PATIENCE),
            owner,
        })
    }

    pub(super) async fn check(&self) -> DbResult<()> {
        role::check(&self.pool).await
    }

    pub(crate) async fn inspect(&self) -> DbResult<Vec<String>> {
        catalogue::inspect(&self.pool).await
    }

    pub(crate) async fn begin(&self, binding: Binding, access: Access) -> DbResult<Tx> {
        let share = self.shares.take(binding.tenant).await?;
        let client = self.pool.get().await?;
        Ok(Tx::of_tenant(client, self.tls.clone(), binding, share, access))
    }

    /// Lets a tenant in, so that units of work can be bound to it.
    pub(crate) async fn admit(&self, placement: &Placement) -> DbResult<()> {
        fence::admit(&self.pool, placement.tenant, placement.epoch).await
    }

    pub(crate) async fn fence(&self, tenant: TenantId) -> DbResult<()> {
        fence::fence(&self.pool, tenant).await
    }

    /// Says that this process is at work on a tenant's store; none while another is.
    pub(crate) async fn keep(&self, tenant: TenantId) -> DbResult<Option<Keeper>> {
        Keeper::of(tenant, &self.owner).await
    }

    /// Whom this database has: the owner may list them.
    pub(crate) async fn admitted(&self) -> DbResult<Vec<Admitted>> {
        let (client, _) = self.owner.connect().await?;
        let rows = client
            .query(
                "SELECT tenant_id, epoch, open FROM shard.placements ORDER BY tenant_id",
                &[],
            )
            .await?;
        let admitted = |row: &tokio_postgres::Row| {
            Ok(Admitted {
                tenant: TenantId::from_uuid(column::uuid(row, 0)?),
                epoch: column::int(row, 1)?,
                open: column::bool(row, 2)?,
            })
        };
        rows.iter().map(admitted).collect()
    }
}
