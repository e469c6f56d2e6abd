//! Where tenants' stores are: rows of the control store, the one place that says so.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use lru::LruCache;
use stoa_core::{FeatureSet, TenantId, TextError};

use crate::{DbError, DbResult, FromRow, PlatformCx, Row, column_text, control_sql};

/// The database that the settings name, or the data directory.
pub(crate) const MAIN: &str = "main";
/// How many placements a process remembers.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(100_000).unwrap();

/// What a tenant's store is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlacementKind {
    /// A SQLite file of its own.
    File,
    /// Rows of a PostgreSQL database that others share.
    Pool,
    /// Rows of a PostgreSQL database that is kept for this tenant.
    Dedicated,
}

impl PlacementKind {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        match text {
            "file" => Ok(Self::File),
            "pool" => Ok(Self::Pool),
            "dedicated" => Ok(Self::Dedicated),
            _ => Err(TextError {
                code: "placement.unknown",
                detail: "must be one of file, pool, dedicated".to_owned(),
            }),
        }
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Pool => "pool",
            Self::Dedicated => "dedicated",
        }
    }
}

column_text!(PlacementKind);

/// Where a new tenant's store shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placing {
    pub kind: PlacementKind,
    /// The shard's name; without one, the shard with the fewest tenants that fits.
    pub shard: Option<String>,
}

/// Where a tenant's store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    pub tenant: TenantId,
    pub kind: PlacementKind,
    pub shard: String,
    /// Rises when the store moves: whoever knows an older one is turned away.
    pub epoch: i64,
    /// Closed to writers, because the store is being moved or restored.
    pub fenced: bool,
    /// The features whose tables the store has: those that are on, or once were. A database has the tables of all.
    pub features: FeatureSet,
}

impl FromRow for Placement {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            tenant: row.next()?,
            kind: row.next()?,
            shard: row.next()?,
            epoch: row.next()?,
            fenced: row.next::<String>()? == "fenced",
            features: row.next()?,
        })
    }
}

impl PlatformCx {
    /// Says where a new tenant's store shall be. Where that was said before, it stays.
    pub async fn place(&mut self, tenant: TenantId, placing: &Placing) -> DbResult<Placement> {
        if let Some(placement) = self.placement(tenant).await? {
            return Ok(placement);
        }
        let shard = match &placing.shard {
            Some(shard) => shard.clone(),
            None => self.emptiest(placing.kind).await?,
        };
        self.count_in(placing.kind, &shard).await?;
        let placement = Placement {
            tenant,
            kind: placing.kind,
            shard,
            epoch: 1,
            fenced: false,
            features: FeatureSet::default(),
        };
        self.sql(control_sql!(
            "INSERT INTO placements (tenant_id, kind, shard, epoch, state, features) VALUES ($1, $2, $3, $4, 'open', $5)"
        ))
        .bind(tenant)
        .bind(placement.kind.as_str())
        .bind(&placement.shard)
        .bind(placement.epoch)
        .bind(&placement.features)
        .execute()
        .await?;
        Ok(placement)
    }

    /// Where a tenant's store is, once that was said.
    pub async fn placement(&mut self, tenant: TenantId) -> DbResult<Option<Placement>> {
        self.sql(control_sql!(
            "SELECT tenant_id, kind, shard, epoch, state, features FROM placements WHERE tenant_id = $1"
        ))
        .bind(tenant)
        .optional()
        .await
    }

    /// Where all tenants' stores are.
    pub async fn placements(&mut self) -> DbResult<Vec<Placement>> {
        self.sql(control_sql!(
            "SELECT tenant_id, kind, shard, epoch, state, features FROM placements"
        ))
        .all()
        .await
    }

    /// Where the stores are that are closed to writers.
    pub(crate) async fn fenced(&mut self) -> DbResult<Vec<Placement>> {
        self.sql(control_sql!(
            "SELECT tenant_id, kind, shard, epoch, state, features FROM placements WHERE state = 'fenced'"
        ))
        .all()
        .await
    }

    /// Whether this is still where the store is.
    pub(crate) async fn set_fenced(&mut self, placement: &Placement, fenced: bool) -> DbResult<bool> {
        let changed = self
            .sql(control_sql!(
                "UPDATE placements SET state = $3 WHERE tenant_id = $1 AND epoch = $2"
            ))
            .bind(placement.tenant)
            .bind(placement.epoch)
            .bind(if fenced { "fenced" } else { "open" })
            .execute()
            .await?;
        Ok(changed == 1)
    }

    /// Says that a fenced store is elsewhere from now on, and open: under the next epoch, which only this one step gives.
    pub(crate) async fn replace(&mut self, from: &Placement, to: &Placement) -> DbResult<bool> {
        let moved = self
            .sql(control_sql!(
                "UPDATE placements SET kind = $3, shard = $4, epoch = $5, state = 'open'
                 WHERE tenant_id = $1 AND epoch = $2 AND state = 'fenced'"
            ))
            .bind(from.tenant)
            .bind(from.epoch)
            .bind(to.kind.as_str())
            .bind(&to.shard)
            .bind(to.epoch)
            .execute()
            .await?;
        if moved == 0 {
            return Ok(false);
        }
        self.sql(control_sql!(
            "UPDATE shards SET tenants = tenants - 1, dedicated = FALSE WHERE name = $1"
        ))
        .bind(&from.shard)
        .execute()
        .await?;
        self.count_in(to.kind, &to.shard).await?;
        Ok(true)
    }

    /// Notes that the tenant's store has the tables of these features; says where it is.
    pub(crate) async fn note_features(
        &mut self,
        tenant: TenantId,
        features: &FeatureSet,
    ) -> DbResult<Placement> {
        let found: Option<Placement> = self
            .sql(control_sql!(
                "SELECT tenant_id, kind, shard, epoch, state, features FROM placements WHERE tenant_id = $1 FOR UPDATE"
            ))
            .bind(tenant)
            .optional()
            .await?;
        let mut placement = found.ok_or_else(no_store)?;
        if placement.features.covers(features) {
            return Ok(placement);
        }
        placement.features = placement.features.with(features);
        self.sql(control_sql!(
            "UPDATE placements SET features = $2 WHERE tenant_id = $1"
        ))
        .bind(tenant)
        .bind(&placement.features)
        .execute()
        .await?;
        Ok(placement)
    }

    async fn emptiest(&mut self, kind: PlacementKind) -> DbResult<String> {
        let most = (kind == PlacementKind::Dedicated).then_some(0_i64);
        let found: Option<(String,)> = self
            .sql(control_sql!(
                "SELECT name FROM shards WHERE NOT dedicated{ AND tenants <= $1} ORDER BY tenants, name LIMIT 1"
            ))
            .bind_if(most)
            .optional()
            .await?;
        found
            .map(|(name,)| name)
            .ok_or_else(|| no_room("no shard has room for it: add one with `stoa shard add`"))
    }

    /// Takes a place on a shard: that others share, or that nobody is on yet.
    async fn count_in(&mut self, kind: PlacementKind, shard: &str) -> DbResult<()> {
        let taken = match kind {
            PlacementKind::File | PlacementKind::Pool => self.sql(control_sql!(
                "UPDATE shards SET tenants = tenants + 1 WHERE name = $1 AND NOT dedicated"
            )),
            PlacementKind::Dedicated => self.sql(control_sql!(
                "UPDATE shards SET tenants = 1, dedicated = TRUE WHERE name = $1 AND tenants = 0"
            )),
        }
        .bind(shard)
        .execute()
        .await?;
        if taken == 1 {
            return Ok(());
        }
        Err(no_room(match kind {
            PlacementKind::Dedicated => {
                format!("the shard {shard:?} is not there, or somebody is on it already")
            }
            _ => format!("the shard {shard:?} is not there, or is kept for one tenant"),
        }))
    }
}

fn no_room(reason: impl Into<String>) -> DbError {
    DbError::unavailable(reason.into())
}

pub(crate) fn no_store() -> DbError {
    DbError::unavailable("the tenant has no store")
}

/// Placements that this process has used. One that has become wrong is turned away by the store and then forgotten.
#[derive(Debug)]
pub(crate) struct Places(Mutex<LruCache<TenantId, Arc<Placement>>>);

impl Default for Places {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(REMEMBERED)))
    }
}

impl Places {
    pub(crate) fn recall(&self, tenant: TenantId) -> Option<Arc<Placement>> {
        self.known().get(&tenant).cloned()
    }

    pub(crate) fn keep(&self, placement: Placement) -> Arc<Placement> {
        let placement = Arc::new(placement);
        self.known().put(placement.tenant, Arc::clone(&placement));
        placement
    }

    /// Forgets what turned out to be wrong, but not what was learnt since.
    pub(crate) fn forget(&self, tenant: TenantId, epoch: i64) {
        let mut known = self.known();
        if known
            .peek(&tenant)
            .is_some_and(|placement| placement.epoch <= epoch)
        {
            known.pop(&tenant);
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, LruCache<TenantId, Arc<Placement>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
