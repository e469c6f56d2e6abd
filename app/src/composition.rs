//! Puts the modules together: stores, directory, gateway.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use stoa_core::{Actor, Clock, TenantId};
use stoa_db::{Db, DbConfig, DbError, DbResult, JournalFilter, PlacementKind, Stretch, TenantDb};
use stoa_http::{Gateway, HttpConfig, HttpState, Module, ServeOptions, Telemetry};
use stoa_identity::{Identity, RolePermissions};
use stoa_imports::Imports;
use stoa_jobs::{JobKinds, Runner, RunnerOptions};
use stoa_mail::{MailConfig, Mailer};
use stoa_tenants::{Status, Tenants};
use stoa_vault::Vault;
use tokio::{
    net::TcpListener,
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{MissedTickBehavior, interval},
};

use crate::{
    LoadedShop, Settings, console, demo,
    directory::{PlatformDirectory, ask_sender, ask_standing},
    jobs::{lift_abandoned, lift_fences},
};

/// How often what changed here is told and what changed elsewhere is asked for: what one server tells at the end of its
/// turn, another hears at the end of its own, and that is within a second.
const EXCHANGE: Duration = Duration::from_millis(400);
/// Where snapshots are, in the data directory.
const SNAPSHOTS: &str = "snapshots";
/// How many stores are brought to the current schema at once.
const AT_ONCE: usize = 8;

/// A platform with its stores open.
#[derive(Debug, Clone)]
pub struct Stoa {
    db: Db,
    config: HttpConfig,
    tenants: Tenants,
    /// Where the businesses' snapshots are kept.
    snapshots: PathBuf,
    imports: Imports,
    runner: Runner,
    demonstration: Vec<LoadedShop>,
}

/// Where to serve, and how.
#[derive(Debug, Clone, Copy)]
pub struct Serving {
    pub listen: SocketAddr,
    /// Where to show what is counted.
    pub metrics: Option<SocketAddr>,
    pub options: ServeOptions,
}

/// What bringing the stores to the current schema came to.
#[derive(Debug, Default)]
pub struct Migrated {
    /// How many tenants' stores are at it.
    pub tenants: usize,
    /// How many of them had to be opened for that.
    pub opened: usize,
    /// The slugs of those whose stores could not be brought there, and why.
    pub failed: Vec<(String, DbError)>,
}

/// The modules, in the order their routes are described.
fn modules(tenants: &Tenants, imports: &Imports) -> Vec<Module> {
    vec![
        stoa_identity::module(tenants.identity().clone()),
        stoa_tenants::module(tenants.clone()),
        stoa_sites::module(),
        stoa_commerce::module(),
        stoa_imports::module(imports.clone()),
        stoa_activity::module(),
        demo::module(),
    ]
}

/// The modules without a platform, for what only describes them.
#[must_use]
pub fn every_module() -> Vec<Module> {
    let identity = Identity::new(RolePermissions::new(&permissions()));
    modules(&Tenants::new(identity), &imports(0))
}

/// What can be imported, from files of at most so many MiB.
fn imports(max_mib: u32) -> Imports {
    Imports::new(vec![stoa_commerce::PRODUCTS], max_mib)
}

/// Every kind of job: tenants', each with its module's feature, and the platform's own.
fn job_kinds(modules: Vec<Module>, mailer: &Mailer, db: &Db, tenants: &Tenants) -> JobKinds {
    let mut kinds = JobKinds::default();
    kinds.add(None, mailer.job(ask_sender(db, tenants)));
    for module in modules {
        for kind in module.jobs {
            kinds.add(module.feature, kind);
        }
        for kind in module.platform_jobs {
            kinds.add_platform(kind);
        }
    }
    kinds.add_platform(lift_fences());
    kinds
}

/// Every permission that a module declares.
fn permissions() -> Vec<&'static str> {
    [
        stoa_identity::permissions::ALL,
        stoa_tenants::permissions::ALL,
        stoa_sites::permissions::ALL,
        stoa_commerce::permissions::ALL,
        stoa_imports::permissions::ALL,
        stoa_activity::permissions::ALL,
    ]
    .concat()
}

impl Stoa {
    /// Opens the stores that the settings name.
    pub async fn open(settings: &Settings) -> Result<Self> {
        let (http, mail) = (settings.http(), settings.mail());
        let stoa = Self::with(&settings.db()?, http, &mail, Clock::System, settings.vault()?).await?;
        let stoa = stoa.limit_imports(settings.imports.max_mib);
        Ok(Self {
            snapshots: settings.data.join(SNAPSHOTS),
            ..stoa
        })
    }

    pub async fn with(
        stores: &DbConfig,
        config: HttpConfig,
        mail: &MailConfig,
        clock: Clock,
        vault: Vault,
    ) -> Result<Self> {
        let roles = RolePermissions::new(&permissions());
        Self::compose(stores, config, mail, clock, vault, roles).await
    }

    /// The same with another limit for files that are imported.
    #[must_use]
    pub fn limit_imports(mut self, max_mib: u32) -> Self {
        self.imports = imports(max_mib);
        self
    }

    /// A platform whose roles all lack one permission, for tests that ask what it is for.
    pub async fn without_permission(
        stores: &DbConfig,
        config: HttpConfig,
        mail: &MailConfig,
        clock: Clock,
        vault: Vault,
        lacking: &str,
    ) -> Result<Self> {
        let held: Vec<_> = permissions().into_iter().filter(|key| *key != lacking).collect();
        Self::compose(stores, config, mail, clock, vault, RolePermissions::new(&held)).await
    }

    async fn compose(
        stores: &DbConfig,
        config: HttpConfig,
        mail: &MailConfig,
        clock: Clock,
        vault: Vault,
        roles: RolePermissions,
    ) -> Result<Self> {
        let data = match stores {
            DbConfig::Files { data } => data.clone(),
            DbConfig::Postgres(_) => Settings::default().data,
        };
        let tenants = Tenants::new(Identity::new(roles));
        let imports = imports(Settings::default().imports.max_mib);
        let modules = modules(&tenants, &imports);
        let migrations: Vec<_> = modules.iter().map(|module| module.migrations).collect();
        let db = Db::open(stores, &migrations, clock, vault)
            .await
            .context("opening the stores")?;
        let mailer = Mailer::new(mail).context("sending mail")?;
        let kinds = job_kinds(modules, &mailer, &db, &tenants);
        let ask = ask_standing(&db, &tenants);
        Ok(Self {
            runner: Runner::new(db.clone(), kinds, ask, RunnerOptions::default()),
            db,
            config,
            tenants,
            snapshots: data.join(SNAPSHOTS),
            imports,
            demonstration: Vec::new(),
        })
    }

    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    #[must_use]
    pub fn tenants(&self) -> &Tenants {
        &self.tenants
    }

    /// Does jobs, the tenants' and the platform's.
    #[must_use]
    pub fn runner(&self) -> &Runner {
        &self.runner
    }

    #[must_use]
    pub fn config(&self) -> &HttpConfig {
        &self.config
    }

    pub(crate) fn kept_in(&self) -> &Path {
        &self.snapshots
    }

    #[must_use]
    pub fn imports(&self) -> &Imports {
        &self.imports
    }

    /// The demonstration's shops, if this process has loaded them: whoever else holds their names is not vouched for.
    #[must_use]
    pub fn demonstration(&self) -> &[LoadedShop] {
        &self.demonstration
    }

    pub(crate) fn set_demonstration(&mut self, shops: Vec<LoadedShop>) {
        self.demonstration = shops;
    }

    /// A tenant's store, for the operator's commands.
    #[must_use]
    pub fn for_command(&self, tenant: TenantId) -> TenantDb {
        self.db.tenant(tenant, Actor::Command)
    }

    /// The platform as a service; `extra` are modules beside its own.
    #[must_use]
    pub fn gateway(&self, extra: Vec<Module>) -> Gateway {
        let modules: Vec<_> = modules(&self.tenants, &self.imports)
            .into_iter()
            .chain(extra)
            .collect();
        let directory = PlatformDirectory::new(self.db.clone(), self.tenants.clone());
        let state = HttpState::new(self.db.clone(), directory, self.config.clone(), &modules);
        Gateway::new(state, modules, console::pages(self))
    }

    /// Brings every tenant's store to the current schema, and opens those that are there already only to `verify` them. One
    /// that cannot be brought there keeps no other waiting; one that is still being made gets the current schema when it is
    /// finished.
    pub async fn migrate(&self, verify: bool, mut report: impl FnMut(&Migrated)) -> Result<Migrated> {
        let (mut migrated, mut work) = (Migrated::default(), JoinSet::new());
        for tenant in stoa_tenants::list_tenants(&self.db).await? {
            if tenant.status == Status::Provisioning {
                continue;
            }
            // A file that cannot even be looked at says why when it is opened.
            if !verify && self.db.is_current(tenant.id).await.unwrap_or(false) {
                migrated.tenants += 1;
                continue;
            }
            if work.len() == AT_ONCE
                && let Some(opened) = work.join_next().await
            {
                migrated.count(opened?);
                report(&migrated);
            }
            let store = self.for_command(tenant.id);
            work.spawn(async move { (tenant.slug.into_string(), open(&store).await) });
        }
        while let Some(opened) = work.join_next().await {
            migrated.count(opened?);
            report(&migrated);
        }
        Ok(migrated)
    }

    /// Finishes creations that were cut short. To be called while no other process can be creating.
    pub async fn finish_what_was_cut_short(&self) -> Result<()> {
        stoa_tenants::finish_provisioning(&self.db, Duration::ZERO).await?;
        self.finish_moves().await;
        Ok(())
    }

    /// Serves until `end` completes.
    pub async fn serve(&self, serving: Serving, end: impl Future<Output = ()>) -> Result<()> {
        let Serving {
            listen,
            metrics,
            options,
        } = serving;
        let listener = bind(listen).await?;
        let gateway = self.gateway(Vec::new());
        let (serving, ended) = watch::channel(());
        let metrics = match metrics {
            Some(address) => Some(self.show_metrics(address, &gateway, ended.clone()).await?),
            None => None,
        };
        tracing::info!(%listen, base_domain = self.config.base_domain(), "serving");
        // Jobs stop when requests do: both have the same time to end.
        let (going_on, mut ending) = watch::channel(());
        let end = async move {
            end.await;
            drop(going_on);
        };
        let server = async {
            let served = stoa_http::serve(listener, gateway, options, end).await;
            drop(serving);
            served
        };
        let (served, (), ()) = tokio::join!(
            server,
            every(EXCHANGE, ended, async || self.exchange().await),
            self.runner.run(async move {
                // An error says that the sender is gone.
                let _ = ending.changed().await;
            }),
        );
        if let Some(metrics) = metrics {
            metrics.await??;
        }
        self.db.hand_over().await?;
        Ok(served?)
    }

    /// Shows what is counted until the sender of `ended` is gone.
    async fn show_metrics(
        &self,
        address: SocketAddr,
        gateway: &Gateway,
        mut ended: watch::Receiver<()>,
    ) -> Result<JoinHandle<io::Result<()>>> {
        let listener = bind(address).await?;
        let telemetry = Telemetry::start().context("counting")?;
        let engine = match self.db.usual_placing().kind {
            PlacementKind::File => "sqlite",
            _ => "postgres",
        };
        metrics::gauge!("stoa_info", "version" => env!("CARGO_PKG_VERSION"), "engine" => engine).set(1.0);
        tracing::info!(listen = %address, "showing metrics");
        let end = async move {
            let _ = ended.changed().await;
        };
        Ok(tokio::spawn(telemetry.serve(listener, gateway.clone(), end)))
    }

    /// Does a command's work, and tells other processes what it has changed: while it goes on, and at its end, also
    /// when it breaks off.
    pub async fn telling<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let (working, ended) = watch::channel(());
        let work = async {
            let done = work.await;
            drop(working);
            done
        };
        let (done, ()) = tokio::join!(work, every(EXCHANGE, ended, async || self.exchange().await));
        let told = self.db.hand_over().await;
        let done = done?;
        told?;
        Ok(done)
    }

    async fn exchange(&self) {
        if let Err(error) = self.db.exchange_generations().await {
            tracing::warn!(%error, "what other processes changed is not known for now");
        }
    }

    /// Opens stores that were being moved when that broke off, and takes away what moves have left behind. A database that
    /// is down keeps nobody from starting.
    async fn finish_moves(&self) {
        if let Err(error) = lift_abandoned(&self.db).await {
            tracing::warn!(%error, "stores that nobody moves any more could not be looked for");
        }
        match self.db.remove_leftovers().await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "stores that moves left behind were taken away"),
            Err(error) => tracing::warn!(%error, "what moves left behind could not be looked for"),
        }
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("listening on {address}"))
}

impl Migrated {
    fn count(&mut self, (slug, opened): (String, DbResult<()>)) {
        self.opened += 1;
        match opened {
            Ok(()) => self.tenants += 1,
            Err(error) => self.failed.push((slug, error)),
        }
    }
}

/// Opens a store, which brings it to the current schema, and reads from it.
async fn open(store: &TenantDb) -> DbResult<()> {
    store
        .read()
        .await?
        .journal(&JournalFilter::default(), &Stretch::first(1))
        .await
        .map(drop)
}

/// Works in turns until the sender of `end` is gone. A turn that has begun is never cut off.
async fn every(period: Duration, mut end: watch::Receiver<()>, work: impl AsyncFn()) {
    let mut turns = interval(period);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = end.changed() => return,
            _ = turns.tick() => {}
        }
        work().await;
    }
}

/// A platform on the given stores, for tests: without sockets.
///
/// # Panics
/// When the stores cannot be opened.
#[expect(clippy::expect_used, reason = "a test's set-up fails where it breaks")]
pub async fn compose(
    stores: DbConfig,
    mail: MailConfig,
    config: HttpConfig,
    clock: Clock,
    vault: Vault,
) -> (Db, Gateway, Runner) {
    let stoa = Stoa::with(&stores, config, &mail, clock, vault)
        .await
        .expect("the platform opens");
    (stoa.db.clone(), stoa.gateway(Vec::new()), stoa.runner.clone())
}
