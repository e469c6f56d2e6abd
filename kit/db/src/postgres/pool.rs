//! Connections to PostgreSQL: some see the tenants' schema only, others the platform's only.

use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolConfig, RecyclingMethod, Runtime, Timeouts};
use std::time::Duration;
use stoa_core::TenantId;
use tokio_postgres::{Config, NoTls};

use super::{Binding, Tx, fence, migrate};
use crate::{DbError, DbResult, Placement, PostgresConfig, migrations::Plan, unit::Access};

/// How long a unit of work waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct Pools {
    tenant: Pool,
    platform: Pool,
}

impl Pools {
    /// Migrates as the owner, then connects as the role that owns nothing.
    pub(crate) async fn open(config: &PostgresConfig, plan: &Plan) -> DbResult<Self> {
        let app = parse(&config.url)?;
        migrate::migrate(
            &parse(&config.owner_url)?,
            app.get_user().unwrap_or_default(),
            plan,
        )
        .await?;
        let pools = Self {
            tenant: pool(app.clone(), "tenant", config.connections)?,
            platform: pool(app, "platform", config.connections.div_ceil(2))?,
        };
        migrate::check_app_role(&pools.platform).await?;
        Ok(pools)
    }

    pub(crate) async fn control(&self, access: Access) -> DbResult<Tx> {
        Ok(Tx::new(self.platform.get().await?, None, access))
    }

    pub(crate) async fn tenant(&self, binding: Binding, access: Access) -> DbResult<Tx> {
        Ok(Tx::new(self.tenant.get().await?, Some(binding), access))
    }

    /// Lets a tenant in, so that units of work can be bound to it.
    pub(crate) async fn admit(&self, placement: &Placement) -> DbResult<()> {
        fence::admit(&self.tenant, placement.tenant, placement.epoch).await
    }

    pub(crate) async fn fence(&self, tenant: TenantId) -> DbResult<()> {
        fence::fence(&self.tenant, tenant).await
    }

    pub(crate) async fn unfence(&self, tenant: TenantId) -> DbResult<()> {
        fence::unfence(&self.tenant, tenant).await
    }
}

fn parse(url: &str) -> DbResult<Config> {
    // The cause may quote the password; the reason is enough.
    url.parse().map_err(|_| {
        DbError::Unavailable(
            "the database URL cannot be read; expected postgresql://user:password@host:port/database".into(),
        )
    })
}

fn pool(mut config: Config, schema: &str, connections: usize) -> DbResult<Pool> {
    // Plans are kept, also those made while the tables were nearly empty: one that scans a table would read every
    // tenant's rows. And no statement here runs long enough to be worth compiling.
    config
        .options(format!(
            "-c search_path={schema} -c enable_seqscan=off -c jit=off"
        ))
        .application_name("stoa");
    let manager = Manager::from_config(
        config,
        NoTls,
        ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        },
    );
    let mut limits = PoolConfig::new(connections.max(1));
    limits.timeouts = Timeouts {
        wait: Some(PATIENCE),
        create: Some(PATIENCE),
        recycle: Some(PATIENCE),
    };
    Pool::builder(manager)
        .config(limits)
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(DbError::unavailable)
}
