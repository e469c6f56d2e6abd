//! Where units of work on a tenant's store begin, and where new tenants' stores are made.

use std::sync::Arc;

use stoa_core::{Actor, TenantId};

use super::{Db, Engine};
use crate::{DbError, DbResult, Placement, PlacementKind, Placing, postgres::Binding};

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
        if let Engine::Postgres(pools) = &self.0.engine
            && let Err(error) = pools.fence(tenant).await
        {
            self.set_fenced(tenant, false).await?;
            return Err(error);
        }
        Ok(())
    }

    /// Opens a fenced store again.
    pub async fn unfence(&self, tenant: TenantId) -> DbResult<()> {
        if let Engine::Postgres(pools) = &self.0.engine {
            pools.unfence(tenant).await?;
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

    /// What binds a unit of work to a tenant. Asked of the control store once, until the store says that it is out of date.
    pub(super) async fn binding(&self, tenant: TenantId) -> DbResult<Binding> {
        let places = &self.0.places;
        let placement = match places.recall(tenant) {
            Some(placement) => placement,
            None => {
                let found = self.platform_read().await?.placement(tenant).await?;
                places.keep(found.ok_or_else(|| DbError::unavailable("the tenant has no store"))?)
            }
        };
        Ok(Binding {
            tenant,
            epoch: placement.epoch,
            places: Arc::clone(places),
        })
    }
}
