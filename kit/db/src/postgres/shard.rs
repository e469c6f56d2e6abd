//! One database with tenants' stores, as the role that owns nothing.

use std::sync::Arc;

use deadpool_postgres::Pool;
use stoa_core::TenantId;

use super::{
    Binding, Tx, catalogue, fence,
    login::{Login, PATIENCE},
    role,
    share::Shares,
    tls::Tls,
};
use crate::{DbResult, Placement, unit::Access};

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

    pub(crate) async fn unfence(&self, tenant: TenantId) -> DbResult<()> {
        fence::unfence(&self.pool, tenant).await
    }
}
