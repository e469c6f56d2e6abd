//! How one database is reached as one role, and what its connections are held to.

use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolConfig, RecyclingMethod, Runtime, Timeouts};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, Error, config::Host};

use super::{
    error::unreachable,
    passfile,
    tls::{Tls, Wanted},
};
use crate::{DbError, DbResult, PostgresConfig};

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
    tls: Tls,
}

impl Login {
    /// Reads a URL; a password that it lacks is looked for in the file that the settings name.
    pub(super) fn of(url: &str, settings: &PostgresConfig) -> DbResult<Self> {
        let mut login = Self::bare(url)?;
        if let Some(file) = &settings.passfile
            && login.password().is_none()
        {
            let (host, port, database) = login.place();
            if let Some(password) = passfile::password(file, [&host, &port, &database, login.role()])? {
                login.config.password(password);
            }
        }
        Ok(login)
    }

    /// Reads a URL, with what it says only.
    pub(super) fn bare(url: &str) -> DbResult<Self> {
        // The cause may quote the password; the reason is enough.
        let (wanted, url) = Wanted::take(url);
        let mut config: Config = url.parse().map_err(|_| {
            DbError::unavailable(
                "the database URL cannot be read; expected postgresql://user:password@host:port/database",
            )
        })?;
        let (tls, mode) = Tls::of(&wanted)?;
        config.connect_timeout(PATIENCE).ssl_mode(mode);
        Ok(Self { config, tls })
    }

    /// Which database this is, whoever connects.
    pub(super) fn address(&self) -> String {
        let (host, port, database) = self.place();
        format!("{host}:{port}/{database}")
    }

    fn place(&self) -> (String, String, String) {
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(host)) => host.clone(),
            Some(Host::Unix(directory)) => directory.display().to_string(),
            None => "localhost".to_owned(),
        };
        let port = self.config.get_ports().first().copied().unwrap_or(5432);
        let database = self.config.get_dbname().unwrap_or(self.role());
        (host, port.to_string(), database.to_owned())
    }

    pub(super) fn role(&self) -> &str {
        self.config.get_user().unwrap_or_default()
    }

    pub(super) fn password(&self) -> Option<&[u8]> {
        self.config.get_password()
    }

    /// What also a request to cancel goes through.
    pub(super) fn tls(&self) -> &Tls {
        &self.tls
    }

    /// One connection, without limits: for what the owner does.
    pub(super) async fn connect(&self) -> DbResult<(Client, JoinHandle<Result<(), Error>>)> {
        let (client, connection) = self.config.connect(self.tls.clone()).await.map_err(unreachable)?;
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
        Pool::builder(Manager::from_config(config, self.tls.clone(), recycling))
            .config(limits)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(DbError::unavailable)
    }
}
