//! Moves a tenant's store from one database to another: fence it, copy it, say where it is, open it. Whatever step is the
//! last, the control store says where the store is, and what else is there of it is known by its epoch.

use serde::Serialize;
use stoa_core::{Actor, TenantId};

use super::{Db, Engine};
use crate::{
    DbError, DbResult, Event, Placement, PlacementKind,
    draft::Draft,
    postgres::{Binding, Keeper, Pools, Shard},
    sqlite::{StoreFile, blocking, storage},
    unit::Access,
};

/// A tenant's store that is closed to writers; readers go on. Dropped without an end, it stays so until somebody calls
/// [`Db::lift_abandoned_fences`].
#[derive(Debug)]
pub struct Fence {
    db: Db,
    placement: Placement,
    _keeper: Keeper,
}

/// A fenced store whose copy is on another shard, the same row by row.
#[derive(Debug)]
pub struct Copied {
    fence: Fence,
    to: Placement,
}

/// In the platform's journal.
#[derive(Serialize)]
struct StoreMoved<'a> {
    #[serde(skip)]
    tenant: TenantId,
    from: &'a str,
    to: &'a str,
    epoch: i64,
}

impl Event for StoreMoved<'_> {
    const KIND: &'static str = "store.moved";

    fn subject(&self) -> String {
        self.tenant.to_string()
    }
}

impl Db {
    /// Closes a tenant's store to writers, and waits for those that had begun. Files have no shards to move between: there,
    /// whoever takes a file's slot alone needs no fence.
    pub async fn fence(&self, tenant: TenantId) -> DbResult<Fence> {
        let pools = self.pools()?;
        let keeper = self.keeper(pools, tenant).await?;
        let keeper =
            keeper.ok_or_else(|| DbError::unavailable("the store is being moved by another process"))?;
        let placement = self.platform_read().await?.placement(tenant).await?;
        let fence = Fence {
            db: self.clone(),
            placement: placement.ok_or(DbError::Moved)?,
            _keeper: keeper,
        };
        fence.set_fenced(true).await?;
        match fence.shard(pools).await?.fence(tenant).await {
            Ok(()) => Ok(fence),
            Err(error) => {
                fence.lift().await?;
                Err(error)
            }
        }
    }

    /// Opens the stores whose fence nobody keeps any more: whoever had fenced them has ended before the store was said to
    /// be elsewhere, so it is where it was. Says whose they are.
    pub async fn lift_abandoned_fences(&self) -> DbResult<Vec<TenantId>> {
        let Engine::Postgres(pools) = &self.0.engine else {
            return Ok(Vec::new());
        };
        let mut lifted = Vec::new();
        for fenced in self.platform_read().await?.fenced().await? {
            let Some(keeper) = self.keeper(pools, fenced.tenant).await? else {
                continue;
            };
            // Read anew: whoever had it may have come to an end meanwhile.
            let placement = self.platform_read().await?.placement(fenced.tenant).await?;
            let Some(placement) = placement.filter(|placement| placement.fenced) else {
                continue;
            };
            let fence = Fence {
                db: self.clone(),
                placement,
                _keeper: keeper,
            };
            fence.lift().await?;
            lifted.push(fenced.tenant);
        }
        Ok(lifted)
    }

    async fn keeper(&self, pools: &Pools, tenant: TenantId) -> DbResult<Option<Keeper>> {
        self.shard(pools, crate::placement::MAIN)
            .await?
            .keep(tenant)
            .await
    }

    fn pools(&self) -> DbResult<&Pools> {
        match &self.0.engine {
            Engine::Postgres(pools) => Ok(pools),
            Engine::Sqlite(_) => Err(DbError::unavailable(
                "stores are files here, and stay in the data directory",
            )),
        }
    }
}

impl Fence {
    /// Opens the store again, where it is.
    pub async fn lift(self) -> DbResult<()> {
        let Placement { tenant, epoch, .. } = self.placement;
        self.shard(self.db.pools()?)
            .await?
            .mark(tenant, epoch, true)
            .await?;
        self.set_fenced(false).await
    }

    /// Copies the store to another shard, where nobody looks for it yet, and compares what arrived with what was sent. What
    /// an earlier attempt left there is replaced.
    pub async fn copy_to(self, kind: PlacementKind, shard: &str) -> DbResult<Copied> {
        let (pools, tenant) = (self.db.pools()?, self.placement.tenant);
        if shard == self.placement.shard {
            return Err(DbError::unavailable("the store is on that shard already"));
        }
        let to = Placement {
            kind,
            shard: shard.to_owned(),
            epoch: self.placement.epoch + 1,
            fenced: false,
            ..self.placement.clone()
        };
        let sent = Draft::new(&std::env::temp_dir()).map_err(storage)?;
        self.db.copy_out(tenant, sent.path()).await?;
        let mut sent = blocking(|| StoreFile::open(sent.path()).map(|file| (file, sent)))?;
        let there = self.db.shard(pools, shard).await?;
        there.take_over(tenant, &mut sent.0, to.epoch).await?;
        if blocking(|| sent.0.sums())? != self.db.sums_on(&there, &to).await? {
            return Err(DbError::unexpected("what arrived is not what was sent"));
        }
        Ok(Copied { fence: self, to })
    }

    async fn shard(&self, pools: &Pools) -> DbResult<std::sync::Arc<Shard>> {
        self.db.shard(pools, &self.placement.shard).await
    }

    async fn set_fenced(&self, fenced: bool) -> DbResult<()> {
        let mut cx = self.db.platform_begin(Actor::System).await?;
        let is_there = cx.set_fenced(&self.placement, fenced).await?;
        cx.commit().await?;
        is_there.then_some(()).ok_or(DbError::Moved)
    }
}

impl Copied {
    /// Says that the store is where its copy is, and takes away what it was copied from.
    pub async fn place(self, actor: Actor) -> DbResult<Placement> {
        let Self { fence, to } = self;
        let (db, from, tenant) = (&fence.db, &fence.placement, to.tenant);
        let here = fence.shard(db.pools()?).await?;
        // From here on nobody reads here: what is written there would be missing.
        here.mark(tenant, to.epoch, false).await?;
        let mut cx = db.platform_begin(actor).await?;
        if !cx.replace(from, &to).await? {
            return Err(DbError::Moved);
        }
        cx.record(&StoreMoved {
            tenant,
            from: &from.shard,
            to: &to.shard,
            epoch: to.epoch,
        });
        cx.commit().await?;
        db.0.places.keep(to.clone());
        db.wake(tenant).await?;
        db.dismiss_from(&here, tenant).await?;
        Ok(to)
    }
}

impl Db {
    /// What a tenant's rows on a shard sum up to.
    async fn sums_on(&self, shard: &Shard, placement: &Placement) -> DbResult<Vec<(String, u64, [u8; 32])>> {
        let draft = Draft::new(&std::env::temp_dir()).map_err(storage)?;
        let mut file = blocking(|| StoreFile::empty(draft.path(), &self.whole_schema(), self.clock().now()))?;
        let binding = Binding {
            tenant: placement.tenant,
            epoch: placement.epoch,
            places: std::sync::Arc::clone(&self.0.places),
        };
        shard
            .begin(binding, Access::Read)
            .await?
            .copy_out(&mut file)
            .await?;
        blocking(|| file.sums())
    }

    pub(crate) async fn dismiss_from(&self, shard: &Shard, tenant: TenantId) -> DbResult<()> {
        let draft = Draft::new(&std::env::temp_dir()).map_err(storage)?;
        let tables =
            blocking(|| StoreFile::empty(draft.path(), &self.whole_schema(), self.clock().now())?.tables())?;
        shard.dismiss(tenant, &tables).await
    }
}
