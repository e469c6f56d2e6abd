//! Jobs of the platform's own: done once, by whichever process comes first.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::FutureExt;
use serde::{Deserialize, Serialize};
use stoa_core::{Actor, TenantId};
use stoa_db::{
    Db, Job, JobId,
    jobs::{self, JobLine, JobState},
};
use stoa_jobs::{JobError, JobKind, JobKinds, PlatformJobKind, Runner, RunnerOptions, Standing, Timing};

use crate::{Engine, Mark, Platform};

const ALL: [TenantId; 1] = [jobs::platform()];

#[derive(Serialize, Deserialize)]
struct Sweep;

impl Job for Sweep {
    const KIND: &'static str = "marks.sweep";
}

/// Counts how often it was done; each minute.
fn sweeping(count: &Arc<AtomicUsize>) -> PlatformJobKind {
    let count = Arc::clone(count);
    JobKind::of_platform(move |running, _: Sweep| {
        let count = Arc::clone(&count);
        async move {
            let mut cx = running.begin().await?;
            running.complete(&mut cx, None).await?;
            cx.commit().await?;
            count.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    })
    .recurring(Timing::Every(Duration::from_secs(60)))
}

fn runner(db: &Db, kind: PlatformJobKind) -> Runner {
    let mut kinds = JobKinds::default();
    kinds.add_platform(kind);
    let ask = |_: TenantId| std::future::ready(Ok(Standing::Gone)).boxed();
    Runner::new(db.clone(), kinds, Box::new(ask), RunnerOptions::default())
}

async fn job(db: &Db, id: JobId) -> JobLine {
    let mut cx = db.platform_read().await.unwrap();
    jobs::find(&mut cx, id).await.unwrap().unwrap()
}

async fn recur(platform: Platform) {
    let count = Arc::default();
    let (other, _) = platform.node("2026-11-21T12:01:01Z").await;
    let (one, two) = (
        runner(&platform.db, sweeping(&count)),
        runner(&other, sweeping(&count)),
    );
    assert_eq!(one.run_due(&ALL).await.unwrap(), 0, "its time has not come");
    platform.clock.advance(Duration::from_secs(61));
    assert_eq!(two.run_due(&ALL).await.unwrap(), 1);
    assert_eq!(one.run_due(&ALL).await.unwrap(), 0, "the other has done it");
    platform.clock.advance(Duration::from_secs(61));
    assert_eq!(one.run_due(&ALL).await.unwrap(), 1);
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

async fn fail_and_be_tried_again(platform: Platform) {
    let kind = JobKind::of_platform(|_, mark: Mark| async move {
        match mark.word.as_str() {
            "good" => Ok(()),
            word => Err(JobError::Hopeless(format!("{word} cannot be done"))),
        }
    });
    let runner = runner(&platform.db, kind);
    let mut ids: Vec<JobId> = Vec::new();
    for word in ["good", "bad"] {
        let mut cx = platform.db.platform_begin(Actor::System).await.unwrap();
        let mark = Mark {
            word: word.to_owned(),
            unique: false,
        };
        ids.push(cx.enqueue(&mark).await.unwrap().unwrap());
        cx.commit().await.unwrap();
    }
    assert_eq!(runner.run_due(&ALL).await.unwrap(), 2);
    assert_eq!(job(&platform.db, ids[0]).await.state, JobState::Done);
    assert_eq!(job(&platform.db, ids[1]).await.state, JobState::Dead);
    let mut cx = platform.db.platform_begin(Actor::Command).await.unwrap();
    assert!(jobs::rerun(&mut cx, ids[1]).await.unwrap());
    assert!(!jobs::rerun(&mut cx, ids[0]).await.unwrap());
    cx.commit().await.unwrap();
    assert_eq!(runner.run_due(&ALL).await.unwrap(), 1);
    let again = job(&platform.db, ids[1]).await;
    assert_eq!(
        (again.attempts, again.last_error.as_deref()),
        (1, Some("bad cannot be done"))
    );
}

/// A platform whose control store no other test shares: its jobs are everybody's there.
macro_rules! alone_on_both_engines {
    ($($name:ident)*) => {
        $(mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$name(Platform::start(Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let server = stoa_testing::PostgresServer::private();
                super::$name(Platform::start_on(&server).await).await;
                server.stop();
            }
        })*
    };
}

alone_on_both_engines! { recur fail_and_be_tried_again }
