//! Connections to PostgreSQL: some see the platform's schema only, others, on each shard, the tenants' only.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use deadpool_postgres::Pool;
use tokio::sync::OnceCell;

use super::{
    Shard, Tx,
    login::Login,
    migrate::{self, Schemas},
    role,
    tls::Tls,
};
use crate::{DbError, DbResult, PostgresConfig, migrations::Plan, placement::MAIN, unit::Access};

#[derive(Debug)]
pub(crate) struct Pools {
    config: PostgresConfig,
    plan: Arc<Plan>,
    platform: Pool,
    tls: Tls,
    /// By name; opened when they are first needed.
    shards: Mutex<HashMap<String, Arc<OnceCell<Arc<Shard>>>>>,
}

impl Pools {
    /// Migrates as the owner, then connects as the role that owns nothing. The other shards are none of its business yet.
    pub(crate) async fn open(config: &PostgresConfig, plan: Arc<Plan>) -> DbResult<Self> {
        let app = Login::of(&config.url, config)?;
        let owner = Login::of(&config.owner_url, config)?;
        migrate::migrate(&owner, &app, &plan, Schemas::WithPlatform).await?;
        let platform = app.pool("platform", config.connections.div_ceil(2).max(1))?;
        role::check(&platform).await?;
        let main = OnceCell::new_with(Some(Arc::new(Shard::new(&app, owner, config.connections)?)));
        Ok(Self {
            config: config.clone(),
            plan,
            platform,
            tls: app.tls().clone(),
            shards: Mutex::new(HashMap::from([(MAIN.to_owned(), Arc::new(main))])),
        })
    }

    pub(crate) async fn control(&self, access: Access) -> DbResult<Tx> {
        Ok(Tx::of_platform(
            self.platform.get().await?,
            self.tls.clone(),
            access,
        ))
    }

    /// A shard that is open.
    pub(crate) fn known(&self, name: &str) -> Option<Arc<Shard>> {
        self.cell(name).get().cloned()
    }

    /// Opens a shard, which brings it to the current schema. One that is down is tried again by whoever needs it next.
    pub(crate) async fn join(&self, name: &str, url: &str, owner_url: &str) -> DbResult<Arc<Shard>> {
        let cell = self.cell(name);
        let shard = cell.get_or_try_init(|| self.open_shard(url, owner_url)).await?;
        Ok(Arc::clone(shard))
    }

    async fn open_shard(&self, url: &str, owner_url: &str) -> DbResult<Arc<Shard>> {
        let app = Login::of(url, &self.config)?;
        let owner = Login::of(owner_url, &self.config)?;
        migrate::migrate(&owner, &app, &self.plan, Schemas::OfTenants).await?;
        let shard = Shard::new(&app, owner, self.config.connections)?;
        shard.check().await?;
        Ok(Arc::new(shard))
    }

    /// A password in the control store would be in every backup of it.
    pub(crate) fn refuse_password(&self, url: &str) -> DbResult<()> {
        if Login::bare(url)?.password().is_none() {
            return Ok(());
        }
        Err(DbError::unavailable(
            "a shard's URL is kept without its password; put that into the file that STOA_DATABASE_PASSFILE names, in a \
             line host:port:database:user:password",
        ))
    }

    /// Which database a URL leads to, for telling whether two lead to the same.
    pub(crate) fn address(&self, url: Option<&str>) -> DbResult<String> {
        Ok(Login::of(url.unwrap_or(&self.config.url), &self.config)?.address())
    }

    fn cell(&self, name: &str) -> Arc<OnceCell<Arc<Shard>>> {
        let mut shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        match shards.get(name) {
            Some(cell) => Arc::clone(cell),
            None => Arc::clone(shards.entry(name.to_owned()).or_default()),
        }
    }
}
