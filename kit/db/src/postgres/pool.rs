//! Connections to PostgreSQL: some see the tenants' schema only, others the platform's only.

use deadpool_postgres::Pool;

use super::{Shard, Tx, login::Login, migrate, role};
use crate::{DbResult, PostgresConfig, migrations::Plan, unit::Access};

#[derive(Debug)]
pub(crate) struct Pools {
    platform: Pool,
    main: Shard,
}

impl Pools {
    /// Migrates as the owner, then connects as the role that owns nothing.
    pub(crate) async fn open(config: &PostgresConfig, plan: &Plan) -> DbResult<Self> {
        let (app, owner) = (Login::parse(&config.url)?, Login::parse(&config.owner_url)?);
        migrate::migrate(&owner, &app, plan).await?;
        let connections = config.connections.max(2);
        let pools = Self {
            platform: app.pool("platform", connections.div_ceil(2))?,
            main: Shard::new(&app, connections)?,
        };
        role::check(&pools.platform).await?;
        Ok(pools)
    }

    pub(crate) async fn control(&self, access: Access) -> DbResult<Tx> {
        Ok(Tx::of_platform(self.platform.get().await?, access))
    }

    pub(crate) fn shard(&self, _name: &str) -> &Shard {
        &self.main
    }
}
