//! Jobs as modules use them, on both engines.
#![expect(clippy::unwrap_used, reason = "a test fails where its set-up does")]

mod attempts;
mod platform;
mod schedules;
mod sealed;
mod tenancy;
mod wakeups;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use futures_util::FutureExt;
use serde::{Deserialize, Serialize};
use stoa_core::{Actor, Clock, Feature, FeatureSet, ManualClock, TenantId, Timestamp};
use stoa_db::{
    Db, DbConfig, Job, JobId, Migration, Migrations, PostgresConfig, TenantDb, control_sql,
    jobs::{self, JobFilter, JobLine, JobState},
    sql,
};
use stoa_jobs::{JobError, JobKind, JobKinds, Runner, RunnerOptions, Standing};
use stoa_testing::PostgresServer;
use tempfile::TempDir;

/// What jobs of these tests leave behind.
const MARKS: Migrations = Migrations {
    module: "marks",
    feature: None,
    tenant: &[Migration {
        name: "0001_marks",
        sqlite: "CREATE TABLE marks (id BLOB NOT NULL PRIMARY KEY, word TEXT NOT NULL) STRICT",
        postgres: "CREATE TABLE marks (
            tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
            id uuid NOT NULL, word text NOT NULL, PRIMARY KEY (tenant_id, id))",
    }],
    control: &[],
};

/// Leaves a word behind, in one unit of work with its own end.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Mark {
    word: String,
    unique: bool,
}

impl Job for Mark {
    const KIND: &'static str = "marks.make";
    const ATTEMPTS: u32 = 3;

    fn unique_key(&self) -> Option<String> {
        self.unique.then(|| self.word.clone())
    }
}

/// A platform of its own on one engine.
struct Platform {
    db: Db,
    clock: ManualClock,
    stores: DbConfig,
    standing: Arc<Mutex<Vec<(TenantId, Standing)>>>,
    /// Deleted when the test ends.
    _data: TempDir,
}

#[derive(Debug, Clone, Copy)]
enum Engine {
    Sqlite,
    Postgres,
}

impl Platform {
    async fn start(engine: Engine) -> Self {
        match engine {
            Engine::Postgres => Self::start_on(PostgresServer::shared()).await,
            Engine::Sqlite => {
                let data = tempfile::tempdir().unwrap();
                let stores = DbConfig::Files {
                    data: data.path().to_owned(),
                };
                Self::open(stores, data).await
            }
        }
    }

    async fn start_on(server: &PostgresServer) -> Self {
        let stores = DbConfig::Postgres(PostgresConfig {
            url: server.app_url(),
            owner_url: server.owner_url(),
            connections: 4,
            passfile: None,
        });
        Self::open(stores, tempfile::tempdir().unwrap()).await
    }

    async fn open(stores: DbConfig, data: TempDir) -> Self {
        let (clock, hand) = Clock::manual("2026-11-21T12:00:00Z".parse().unwrap());
        Self {
            db: open(&stores, clock).await,
            clock: hand,
            stores,
            standing: Arc::default(),
            _data: data,
        }
    }

    /// Another node on the same stores, by a clock of its own.
    async fn node(&self, now: &str) -> (Db, ManualClock) {
        let (clock, hand) = Clock::manual(now.parse().unwrap());
        (open(&self.stores, clock).await, hand)
    }

    async fn tenant(&self) -> TenantDb {
        let tenant = TenantId::new(Clock::System.now());
        self.db.provision(tenant, &FeatureSet::default()).await.unwrap();
        self.set_standing(tenant, active(&[Feature::Ecommerce]));
        self.db.tenant(tenant, Actor::Command)
    }

    fn set_standing(&self, tenant: TenantId, standing: Standing) {
        let mut all = self.standing.lock().unwrap();
        all.retain(|(other, _)| *other != tenant);
        all.push((tenant, standing));
    }

    fn runner(&self, kinds: Vec<JobKind>) -> Runner {
        self.runner_of(&self.db, kinds)
    }

    /// A runner of kinds that belong to the feature `ecommerce`.
    fn runner_of(&self, db: &Db, kinds: Vec<JobKind>) -> Runner {
        let mut all = JobKinds::default();
        for kind in kinds {
            all.add(Some(Feature::Ecommerce), kind);
        }
        let standing = Arc::clone(&self.standing);
        let ask = move |tenant| {
            let known = standing.lock().unwrap();
            let found = known.iter().find(|(other, _)| *other == tenant);
            let standing = found.map_or(Standing::Gone, |(_, standing)| standing.clone());
            futures_util::future::ready(Ok(standing)).boxed()
        };
        let options = RunnerOptions {
            workers: 1,
            ..RunnerOptions::default()
        };
        Runner::new(db.clone(), all, Box::new(ask), options)
    }
}

async fn open(stores: &DbConfig, clock: Clock) -> Db {
    Db::open(stores, &[MARKS], clock, stoa_testing::vault())
        .await
        .unwrap()
}

fn active(features: &[Feature]) -> Standing {
    Standing::Active {
        features: features.iter().copied().collect::<FeatureSet>(),
        time_zone: "Asia/Dhaka".to_owned(),
    }
}

/// Makes marks as it should be done.
fn marking() -> JobKind {
    JobKind::of(|running, mark: Mark| async move {
        let mut cx = running.begin().await?;
        write_mark(&mut cx, &mark.word).await?;
        running.complete(&mut cx, Some(mark.word.into())).await?;
        Ok(cx.commit().await?)
    })
}

/// Fails, and counts how often it was asked.
fn failing() -> (JobKind, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let kind = JobKind::of(move |_, _: Mark| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Err(JobError::Again("not today".to_owned())) }
    });
    (kind, asked)
}

async fn write_mark(cx: &mut stoa_db::Cx, word: &str) -> stoa_db::DbResult<()> {
    let id: JobId = cx.new_id();
    cx.sql(sql!("INSERT INTO marks (id, word) VALUES ($1, $2)"))
        .bind(id)
        .bind(word)
        .execute()
        .await?;
    Ok(())
}

async fn marks(tenant: &TenantDb) -> Vec<String> {
    let mut cx = tenant.read().await.unwrap();
    let rows: Vec<(String,)> = cx
        .sql(sql!("SELECT word FROM marks ORDER BY word, id"))
        .all()
        .await
        .unwrap();
    rows.into_iter().map(|(word,)| word).collect()
}

async fn enqueue(tenant: &TenantDb, word: &str) -> JobId {
    let mut cx = tenant.begin().await.unwrap();
    let mark = Mark {
        word: word.to_owned(),
        unique: false,
    };
    let id = cx.enqueue(&mark).await.unwrap().unwrap();
    cx.commit().await.unwrap();
    id
}

async fn job(tenant: &TenantDb, id: JobId) -> JobLine {
    let mut cx = tenant.read().await.unwrap();
    jobs::find(&mut cx, id).await.unwrap().unwrap()
}

async fn states(tenant: &TenantDb) -> Vec<JobState> {
    let mut cx = tenant.read().await.unwrap();
    let all = jobs::list(&mut cx, &JobFilter::default(), &stoa_db::Stretch::first(100))
        .await
        .unwrap();
    all.into_iter().map(|job| job.state).collect()
}

/// When the tenant is looked at next; none when nobody will.
async fn wakeup(db: &Db, tenant: TenantId) -> Option<Timestamp> {
    let mut cx = db.platform_read().await.unwrap();
    let row: Option<(Timestamp,)> = cx
        .sql(control_sql!("SELECT due_at FROM wakeups WHERE tenant_id = $1"))
        .bind(tenant)
        .optional()
        .await
        .unwrap();
    row.map(|(due_at,)| due_at)
}

/// Until when somebody holds the tenant's lease.
async fn lease(db: &Db, tenant: TenantId) -> Option<Timestamp> {
    let mut cx = db.platform_read().await.unwrap();
    let (until,): (Option<Timestamp>,) = cx
        .sql(control_sql!(
            "SELECT lease_until FROM wakeups WHERE tenant_id = $1"
        ))
        .bind(tenant)
        .one()
        .await
        .unwrap();
    until
}

/// Declares a test that runs once on each engine, under its own name on each.
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($platform:ident: Platform) $body:block)*) => {
        $($(#[$meta])* mod $name {
            use super::*;
            async fn case($platform: crate::Platform) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                case(crate::Platform::start(crate::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                case(crate::Platform::start(crate::Engine::Postgres).await).await;
            }
        })*
    };
}
pub(crate) use on_both_engines;
