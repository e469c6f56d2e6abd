//! The stores of a platform: where units of work begin.

mod mirror;
mod misplaced;
mod moves;
mod places;
mod shards;

use std::{path::PathBuf, sync::Arc};

use stoa_core::{Actor, Clock, FeatureSet, TenantId};
use stoa_vault::{TenantKey, Vault};
use tokio::sync::Notify;

use crate::{
    Cx, DbResult, Migrations, PlatformCx,
    generations::{self, Generation, Generations, Raised},
    jobs::Warmth,
    keyring::Keyring,
    migrations::Plan,
    notices::Notices,
    placement::Places,
    postgres::Pools,
    sql,
    sqlite::Files,
    unit::{Access, Tx, Unit},
};

pub use misplaced::Misplaced;
pub use moves::{Copied, Fence};
pub use shards::{Flaw, ShardRow};

/// Where the stores are.
#[derive(Debug, Clone)]
pub enum DbConfig {
    /// SQLite files under a data directory.
    Files {
        data: PathBuf,
    },
    Postgres(PostgresConfig),
}

/// The PostgreSQL database of the control store and of tenants; other shards are rows of the control store.
#[derive(Clone)]
pub struct PostgresConfig {
    /// The role that reads and writes: it owns nothing and row-level security holds it.
    pub url: String,
    /// The role that migrates.
    pub owner_url: String,
    /// The most connections for tenants' units of work on each shard; half as many more serve the control store.
    pub connections: usize,
    /// Where passwords are that a URL lacks, in libpq's form.
    pub passfile: Option<PathBuf>,
}

impl std::fmt::Debug for PostgresConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresConfig")
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}

/// The stores. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) plan: Arc<Plan>,
    clock: Clock,
    pub(crate) signals: Arc<Signals>,
    keyring: Keyring,
    places: Arc<Places>,
}

/// What a commit tells the rest of the process.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    pub(crate) generations: Generations,
    pub(crate) notices: Notices,
    pub(crate) warmth: Warmth,
}

#[derive(Debug)]
pub(crate) enum Engine {
    Sqlite(Files),
    Postgres(Pools),
}

/// A tenant's store, for one actor.
#[derive(Debug, Clone)]
pub struct TenantDb {
    db: Db,
    tenant: TenantId,
    actor: Actor,
}

impl Db {
    /// Opens the stores and brings them to the schema that `migrations` describe. Refuses a vault whose master key is not
    /// the one that the stores were made with.
    pub async fn open(
        config: &DbConfig,
        migrations: &[Migrations],
        clock: Clock,
        vault: Vault,
    ) -> DbResult<Self> {
        let plan = Arc::new(Plan::of(migrations));
        let engine = match config {
            DbConfig::Files { data } => Engine::Sqlite(Files::open(data, Arc::clone(&plan), clock.clone())?),
            DbConfig::Postgres(config) => Engine::Postgres(Pools::open(config, Arc::clone(&plan)).await?),
        };
        let db = Self(Arc::new(Inner {
            engine,
            plan,
            clock,
            signals: Arc::default(),
            places: Arc::default(),
            keyring: Keyring::new(vault),
        }));
        db.check_master_key().await?;
        Ok(db)
    }

    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.0.keyring
    }

    /// Numbers that rise whenever what is kept of the tenant has changed.
    #[must_use]
    pub fn generation(&self, tenant: TenantId) -> Generation {
        self.0.signals.generations.of(tenant)
    }

    /// One tenant's store. Whoever calls this has made sure that `actor` may act there.
    #[must_use]
    pub fn tenant(&self, tenant: TenantId, actor: Actor) -> TenantDb {
        TenantDb {
            db: self.clone(),
            tenant,
            actor,
        }
    }

    pub async fn platform_read(&self) -> DbResult<PlatformCx> {
        self.platform(Actor::System, Access::Read).await
    }

    pub async fn platform_begin(&self, actor: Actor) -> DbResult<PlatformCx> {
        self.platform(actor, Access::Write).await
    }

    /// Makes a tenant's key, and its store with the tables of these features where it was placed, else in the usual place.
    /// What is there stays as it is.
    pub async fn provision(&self, tenant: TenantId, features: &FeatureSet) -> DbResult<()> {
        self.make_tenant_key(tenant).await?;
        let placement = self.placed(tenant, features).await?;
        match &self.0.engine {
            Engine::Sqlite(files) => return files.provision(tenant, features),
            Engine::Postgres(pools) => {
                self.shard(pools, &placement.shard)
                    .await?
                    .admit(&placement)
                    .await?
            }
        }
        let mut cx = self.tenant(tenant, Actor::System).begin().await?;
        let now = cx.now();
        cx.sql(sql!(
            "INSERT INTO store (tenant, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING"
        ))
        .bind(tenant)
        .bind(now)
        .execute()
        .await?;
        cx.sql(sql!(
            "INSERT INTO journal_head (id, seq, hash) VALUES (1, 0, $1) ON CONFLICT DO NOTHING"
        ))
        .bind([0; 32])
        .execute()
        .await?;
        cx.commit().await
    }

    /// What is notified when something was committed to the tenant's journal by this process.
    #[must_use]
    pub fn follow(&self, tenant: TenantId) -> Arc<Notify> {
        self.0.signals.notices.follow(tenant)
    }

    pub(crate) fn warmth(&self) -> &Warmth {
        &self.0.signals.warmth
    }

    /// Tells the other processes all that this one has changed: the last thing a command does.
    pub async fn hand_over(&self) -> DbResult<()> {
        self.hand_over_due().await?;
        self.exchange_generations().await
    }

    /// Tells the other processes what of which tenants changed here, and hears what changed there. A server calls this
    /// more than twice a second: what one process tells in its turn, the others hear in theirs.
    pub async fn exchange_generations(&self) -> DbResult<()> {
        let generations = &self.0.signals.generations;
        let untold = generations.take_untold();
        if !untold.is_empty()
            && let Err(error) = self.tell(untold.iter().copied()).await
        {
            generations.put_back(untold);
            return Err(error);
        }
        let mut cx = self.platform_read().await?;
        let now = cx.now();
        let numbers = generations::numbers(&mut cx, generations.since(now)).await?;
        generations.hear(numbers, now);
        Ok(())
    }

    async fn tell(&self, untold: impl Iterator<Item = (TenantId, Raised)>) -> DbResult<()> {
        let mut cx = self.platform_begin(Actor::System).await?;
        let numbers = generations::tell(&mut cx, untold).await?;
        cx.commit().await?;
        self.0.signals.generations.told(numbers);
        Ok(())
    }

    async fn platform(&self, actor: Actor, access: Access) -> DbResult<PlatformCx> {
        let tx = match &self.0.engine {
            Engine::Sqlite(files) => Tx::Sqlite(files.platform(access).await?),
            Engine::Postgres(pools) => Tx::Postgres(Box::new(pools.control(access).await?)),
        };
        let unit = Unit::new(tx, access, self.0.clock.now(), actor);
        let key = self.vault().platform_key().clone();
        Ok(PlatformCx::new(unit, key, Arc::clone(&self.0.signals)))
    }
}

impl TenantDb {
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// A unit of work that the engine holds to reading.
    pub async fn read(&self) -> DbResult<Cx> {
        self.unit(Access::Read, None).await
    }

    /// A unit of work that writes with `commit`. Somebody is sure to look at what it leaves to be done: that is written to
    /// the control store first, unless it was a moment ago.
    pub async fn begin(&self) -> DbResult<Cx> {
        if !self.db.warmth().is_warm(self.tenant, self.db.clock().now()) {
            self.db.wake(self.tenant).await?;
        }
        self.begin_awaited().await
    }

    /// A unit of work of whom somebody waits for, to look at what it leaves to be done.
    pub(crate) async fn begin_awaited(&self) -> DbResult<Cx> {
        // Now: while this is open, the control store is not to be.
        let key = self.db.tenant_key(self.tenant).await?;
        self.unit(Access::Write, Some(key)).await
    }

    async fn unit(&self, access: Access, key: Option<TenantKey>) -> DbResult<Cx> {
        let Inner {
            engine,
            clock,
            signals,
            ..
        } = &*self.db.0;
        let tx = match engine {
            Engine::Sqlite(files) => {
                let placement = self.db.place_of(self.tenant).await?;
                Tx::Sqlite(files.tenant(&placement, access).await?)
            }
            Engine::Postgres(pools) => {
                Tx::Postgres(Box::new(self.db.begin_on(pools, self.tenant, access).await?))
            }
        };
        let unit = Unit::new(tx, access, clock.now(), self.actor.clone());
        Ok(Cx::new(self.tenant, unit, key, Arc::clone(signals)))
    }
}
