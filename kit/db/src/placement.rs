//! Where tenants' stores are: rows of the control store, the one place that says so.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use lru::LruCache;
use stoa_core::{TenantId, TextError};

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
}

impl FromRow for Placement {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            tenant: row.next()?,
            kind: row.next()?,
            shard: row.next()?,
            epoch: row.next()?,
            fenced: row.next::<String>()? == "fenced",
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
        };
        self.sql(control_sql!(
            "INSERT INTO placements (tenant_id, kind, shard, epoch, state) VALUES ($1, $2, $3, $4, 'open')"
        ))
        .bind(tenant)
        .bind(placement.kind.as_str())
        .bind(&placement.shard)
        .bind(placement.epoch)
        .execute()
        .await?;
        Ok(placement)
    }

    /// Where a tenant's store is, once that was said.
    pub async fn placement(&mut self, tenant: TenantId) -> DbResult<Option<Placement>> {
        self.sql(control_sql!(
            "SELECT tenant_id, kind, shard, epoch, state FROM placements WHERE tenant_id = $1"
        ))
        .bind(tenant)
        .optional()
        .await
    }

    /// Where all tenants' stores are.
    pub async fn placements(&mut self) -> DbResult<Vec<Placement>> {
        self.sql(control_sql!(
            "SELECT tenant_id, kind, shard, epoch, state FROM placements"
        ))
        .all()
        .await
    }

    pub(crate) async fn set_fenced(&mut self, tenant: TenantId, fenced: bool) -> DbResult<()> {
        self.sql(control_sql!(
            "UPDATE placements SET state = $2 WHERE tenant_id = $1"
        ))
        .bind(tenant)
        .bind(if fenced { "fenced" } else { "open" })
        .execute()
        .await?;
        Ok(())
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
