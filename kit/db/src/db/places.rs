//! Where units of work on a tenant's store begin, and where new tenants' stores are made.

use std::sync::Arc;

use stoa_core::{Actor, TenantId};

use super::{Db, Engine};
use crate::{
    DbError, DbResult, Placement, PlacementKind, Placing,
    postgres::{Binding, Pools, Shard, Tx},
    unit::Access,
};

impl Db {
    /// Where new tenants' stores are made when nobody says otherwise.
    #[must_use]
    pub fn usual_placing(&self) -> Placing {
        let kind = match self.0.engine {
            Engine::Sqlite(_) => PlacementKind::File,
            Engine::Postgres(_) => PlacementKind::Pool,
        };
        Placing { kind, shard: None }
    }

    /// Closes a tenant's store to writers, and waits for those that had begun. Readers go on. On SQLite, whoever takes the
    /// file's slot alone needs no fence.
    pub async fn fence(&self, tenant: TenantId) -> DbResult<()> {
        self.set_fenced(tenant, true).await?;
        let Engine::Postgres(pools) = &self.0.engine else {
            return Ok(());
        };
        let fenced = self.shard_of(pools, tenant).await?.fence(tenant).await;
        if fenced.is_err() {
            self.set_fenced(tenant, false).await?;
        }
        fenced
    }

    /// Opens a fenced store again.
    pub async fn unfence(&self, tenant: TenantId) -> DbResult<()> {
        if let Engine::Postgres(pools) = &self.0.engine {
            self.shard_of(pools, tenant).await?.unfence(tenant).await?;
        }
        self.set_fenced(tenant, false).await
    }

    async fn set_fenced(&self, tenant: TenantId, fenced: bool) -> DbResult<()> {
        let mut cx = self.platform_begin(Actor::System).await?;
        cx.set_fenced(tenant, fenced).await?;
        cx.commit().await
    }

    /// Where the tenant's store is or shall be; decided now, unless it was before.
    pub(super) async fn placed(&self, tenant: TenantId) -> DbResult<Placement> {
        let mut cx = self.platform_begin(Actor::System).await?;
        let placement = cx.place(tenant, &self.usual_placing()).await?;
        cx.commit().await?;
        Ok(placement)
    }

    /// A transaction on the shard that has the tenant.
    pub(crate) async fn begin_on(&self, pools: &Pools, tenant: TenantId, access: Access) -> DbResult<Tx> {
        let placement = self.place_of(tenant).await?;
        let binding = Binding {
            tenant,
            epoch: placement.epoch,
            places: Arc::clone(&self.0.places),
        };
        self.shard(pools, &placement.shard)
            .await?
            .begin(binding, access)
            .await
    }

    /// Whether the database that has the tenant was opened, which migrates it.
    pub(crate) async fn is_open(&self, pools: &Pools, tenant: TenantId) -> DbResult<bool> {
        Ok(pools.known(&self.place_of(tenant).await?.shard).is_some())
    }

    pub(crate) async fn shard_of(&self, pools: &Pools, tenant: TenantId) -> DbResult<Arc<Shard>> {
        self.shard(pools, &self.place_of(tenant).await?.shard).await
    }

    /// Asked of the control store once, until the store says that it is out of date.
    async fn place_of(&self, tenant: TenantId) -> DbResult<Arc<Placement>> {
        let places = &self.0.places;
        if let Some(placement) = places.recall(tenant) {
            return Ok(placement);
        }
        let found = self.platform_read().await?.placement(tenant).await?;
        let placement = found.ok_or_else(|| DbError::unavailable("the tenant has no store"))?;
        Ok(places.keep(placement))
    }
}
