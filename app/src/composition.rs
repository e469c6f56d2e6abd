//! Puts the modules together: stores, directory, gateway.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result};
use stoa_core::{Actor, Clock, TenantId};
use stoa_db::{Db, DbConfig, TenantDb};
use stoa_http::{Gateway, HttpConfig, HttpState, Module, ServeOptions};
use stoa_identity::{Identity, RolePermissions};
use stoa_tenants::{Placement, Tenants};
use tokio::net::TcpListener;

use crate::{Settings, console, demo, directory::PlatformDirectory};

/// How often what changed elsewhere is asked for.
const EXCHANGE: Duration = Duration::from_secs(1);

/// A platform with its stores open.
#[derive(Debug, Clone)]
pub struct Stoa {
    db: Db,
    config: HttpConfig,
    tenants: Tenants,
}

/// The modules, in the order their routes are described.
fn modules(tenants: &Tenants) -> Vec<Module> {
    vec![
        stoa_identity::module(tenants.identity().clone()),
        stoa_tenants::module(tenants.clone()),
        stoa_sites::module(),
        stoa_commerce::module(),
        demo::module(),
    ]
}

/// The modules without a platform, for what only describes them.
#[must_use]
pub fn every_module() -> Vec<Module> {
    let identity = Identity::new(RolePermissions::new(&permissions()));
    modules(&Tenants::new(identity, Placement::File))
}

/// Every permission that a module declares.
fn permissions() -> Vec<&'static str> {
    [
        stoa_identity::permissions::ALL,
        stoa_tenants::permissions::ALL,
        stoa_sites::permissions::ALL,
        stoa_commerce::permissions::ALL,
    ]
    .concat()
}

impl Stoa {
    /// Opens the stores that the settings name.
    pub async fn open(settings: &Settings) -> Result<Self> {
        Self::with(
            &settings.db()?,
            HttpConfig::new(&settings.base_domain(), false),
            Clock::System,
        )
        .await
    }

    pub async fn with(stores: &DbConfig, config: HttpConfig, clock: Clock) -> Result<Self> {
        Self::compose(stores, config, clock, RolePermissions::new(&permissions())).await
    }

    /// A platform whose roles all lack one permission, for tests that ask what it is for.
    pub async fn without_permission(
        stores: &DbConfig,
        config: HttpConfig,
        clock: Clock,
        lacking: &str,
    ) -> Result<Self> {
        let held: Vec<_> = permissions().into_iter().filter(|key| *key != lacking).collect();
        Self::compose(stores, config, clock, RolePermissions::new(&held)).await
    }

    async fn compose(
        stores: &DbConfig,
        config: HttpConfig,
        clock: Clock,
        roles: RolePermissions,
    ) -> Result<Self> {
        let placement = match stores {
            DbConfig::Files { .. } => Placement::File,
            DbConfig::Postgres(_) => Placement::Pool,
        };
        let tenants = Tenants::new(Identity::new(roles), placement);
        let migrations: Vec<_> = modules(&tenants).iter().map(|module| module.migrations).collect();
        let db = Db::open(stores, &migrations, clock)
            .await
            .context("opening the stores")?;
        Ok(Self { db, config, tenants })
    }

    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    #[must_use]
    pub fn tenants(&self) -> &Tenants {
        &self.tenants
    }

    #[must_use]
    pub fn config(&self) -> &HttpConfig {
        &self.config
    }

    /// A tenant's store, for the operator's commands.
    #[must_use]
    pub fn for_command(&self, tenant: TenantId) -> TenantDb {
        self.db.tenant(tenant, Actor::Command)
    }

    /// The platform as a service; `extra` are modules beside its own.
    #[must_use]
    pub fn gateway(&self, extra: Vec<Module>) -> Gateway {
        let modules: Vec<_> = modules(&self.tenants).into_iter().chain(extra).collect();
        let directory = PlatformDirectory::new(self.db.clone(), self.tenants.clone());
        let state = HttpState::new(self.db.clone(), directory, self.config.clone(), &modules);
        Gateway::new(state, modules, console::pages(self))
    }

    /// Brings every tenant's store to the current schema; says how many there are.
    pub async fn migrate(&self) -> Result<usize> {
        let tenants = stoa_tenants::list_tenants(&self.db).await?;
        for tenant in &tenants {
            self.for_command(tenant.id)
                .read()
                .await
                .with_context(|| format!("the store of {}", tenant.slug))?;
        }
        Ok(tenants.len())
    }

    /// Serves until `end` completes.
    pub async fn serve(&self, listen: SocketAddr, end: impl Future<Output = ()>) -> Result<()> {
        stoa_tenants::finish_provisioning(&self.tenants, &self.db).await?;
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("listening on {listen}"))?;
        let gateway = self.gateway(Vec::new());
        let exchange = tokio::spawn(exchange_generations(self.db.clone()));
        tracing::info!(%listen, base_domain = self.config.base_domain(), "serving");
        let served = stoa_http::serve(listener, gateway, ServeOptions::default(), end).await;
        exchange.abort();
        self.finish().await?;
        Ok(served?)
    }

    /// Tells other processes what this one has changed; the last thing a command does.
    pub async fn finish(&self) -> Result<()> {
        Ok(self.db.exchange_generations().await?)
    }
}

async fn exchange_generations(db: Db) {
    let mut turns = tokio::time::interval(EXCHANGE);
    loop {
        turns.tick().await;
        if let Err(error) = db.exchange_generations().await {
            tracing::warn!(%error, "what other processes changed is not known for now");
        }
    }
}

/// A platform on the given stores, for tests: without sockets.
///
/// # Panics
/// When the stores cannot be opened.
#[expect(clippy::expect_used, reason = "a test's set-up fails where it breaks")]
pub async fn compose(stores: DbConfig, config: HttpConfig, clock: Clock) -> (Db, Gateway) {
    let stoa = Stoa::with(&stores, config, clock)
        .await
        .expect("the platform opens");
    (stoa.db.clone(), stoa.gateway(Vec::new()))
}
