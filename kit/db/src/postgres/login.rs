//! How one database is reached as one role, and what its connections are held to.

use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolConfig, RecyclingMethod, Runtime, Timeouts};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, Error, NoTls};

use crate::{DbError, DbResult};

/// How long a unit of work waits for a connection, and a statement for a lock.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Plans are kept, also those made while the tables were nearly empty: one that scans a table would read every tenant's
/// rows. And no statement here runs long enough to be worth compiling. The server ends what takes too long: a statement,
/// a wait for a lock, a transaction that nobody goes on with.
const HELD_TO: &str = "-c enable_seqscan=off -c jit=off -c statement_timeout=30s -c lock_timeout=5s \
                       -c idle_in_transaction_session_timeout=60s";

#[derive(Debug, Clone)]
pub(super) struct Login {
    config: Config,
}

impl Login {
    pub(super) fn parse(url: &str) -> DbResult<Self> {
        // The cause may quote the password; the reason is enough.
        let config: Config = url.parse().map_err(|_| {
            DbError::Unavailable(
                "the database URL cannot be read; expected postgresql://user:password@host:port/database"
                    .into(),
            )
        })?;
        Ok(Self { config })
    }

    pub(super) fn role(&self) -> &str {
        self.config.get_user().unwrap_or_default()
    }

    pub(super) fn password(&self) -> Option<&[u8]> {
        self.config.get_password()
    }

    /// One connection, without limits: for what the owner does.
    pub(super) async fn connect(&self) -> DbResult<(Client, JoinHandle<Result<(), Error>>)> {
        let (client, connection) = self.config.connect(NoTls).await?;
        Ok((client, tokio::spawn(connection)))
    }

    /// Connections that see one schema, opened as they are needed.
    pub(super) fn pool(&self, schema: &str, connections: usize) -> DbResult<Pool> {
        let mut config = self.config.clone();
        config
            .options(format!("-c search_path={schema} {HELD_TO}"))
            .application_name("stoa");
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let mut limits = PoolConfig::new(connections);
        limits.timeouts = Timeouts {
            wait: Some(PATIENCE),
            create: Some(PATIENCE),
            recycle: Some(PATIENCE),
        };
        Pool::builder(Manager::from_config(config, NoTls, recycling))
            .config(limits)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(DbError::unavailable)
    }
}
