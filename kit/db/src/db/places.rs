//! Where units of work on a tenant's store begin, and where new tenants' stores are made.

use std::sync::Arc;

use stoa_core::{Actor, FeatureSet, TenantId};

use super::{Db, Engine};
use crate::{
    DbResult, Placement, PlacementKind, Placing,
    placement::no_store,
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

    /// Makes the tables of these features in a tenant's store, if it has none: to be called before anybody can want them.
    /// What is there stays as it is. A database has the tables of all features from the start.
    pub async fn equip(&self, tenant: TenantId, features: &FeatureSet) -> DbResult<()> {
        if let Engine::Sqlite(files) = &self.0.engine {
            files.equip(&*self.place_of(tenant).await?, features).await?;
        }
        // Noted once it is true: a store that lacks what is noted gets it, or is not opened.
        self.note_features(tenant, features).await
    }

    pub(crate) async fn note_features(&self, tenant: TenantId, features: &FeatureSet) -> DbResult<()> {
        let mut cx = self.platform_begin(Actor::System).await?;
        let placement = cx.note_features(tenant, features).await?;
        cx.commit().await?;
        self.0.places.keep(placement);
        Ok(())
    }

    /// Where the tenant's store is or shall be; decided now, unless it was before.
    pub(super) async fn placed(&self, tenant: TenantId, features: &FeatureSet) -> DbResult<Placement> {
        let mut cx = self.platform_begin(Actor::System).await?;
        cx.place(tenant, &self.usual_placing()).await?;
        let placement = cx.note_features(tenant, features).await?;
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
    pub(crate) async fn place_of(&self, tenant: TenantId) -> DbResult<Arc<Placement>> {
        let places = &self.0.places;
        if let Some(placement) = places.recall(tenant) {
            return Ok(placement);
        }
        let found = self.platform_read().await?.placement(tenant).await?;
        Ok(places.keep(found.ok_or_else(no_store)?))
    }
}
