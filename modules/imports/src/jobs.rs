//! What is done when a file has arrived, when one has not, and when an import was over long ago.

use std::{ops::ControlFlow, time::Duration};

use serde::{Deserialize, Serialize};
use stoa_db::Job;
use stoa_jobs::{JobError, JobKind, JobResult, Running, Timing};

use crate::{
    Imports,
    domain::Import,
    error::ImportsError,
    service::{Ran, Runner},
    store,
};

/// How long a business's imports go on before other businesses have a turn.
const TURN: Duration = Duration::from_secs(60);
/// Going through a large file, and a batch, come on top of a turn.
const LIMIT: Duration = Duration::from_secs(15 * 60);
/// When it is looked again whether another runner still goes on.
const LATER: Duration = Duration::from_secs(30);
/// A file that grew no more for so long was broken off by the end of its process.
const BROKEN_OFF: Duration = Duration::from_secs(60 * 60);
/// How long an import that is over is kept, with its faults and the rows that were left out.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Runs the business's imports until none waits.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RunImports;

/// Deletes what broke off.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ForgetFiles;

/// Deletes what was over long ago.
#[derive(Debug, Serialize, Deserialize)]
struct SweepImports;

impl Job for RunImports {
    const KIND: &'static str = "imports.run";
    /// Ten files may wait, and each may end its runner a few times before it is given up.
    const ATTEMPTS: u32 = 50;

    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
}

impl ForgetFiles {
    /// How long after a file began to arrive this is to be done.
    pub(crate) const AFTER: Duration = BROKEN_OFF;
}

impl Job for ForgetFiles {
    const KIND: &'static str = "imports.forget";

    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
}

impl Job for SweepImports {
    const KIND: &'static str = "imports.sweep";
}

pub(crate) fn kinds(imports: &Imports) -> Vec<JobKind> {
    let imports = imports.clone();
    let run = move |running: Running, _: RunImports| {
        let imports = imports.clone();
        async move { run(&imports, &running).await }
    };
    vec![
        JobKind::of(run).within(LIMIT),
        JobKind::of(|running, _: ForgetFiles| async move { forget(&running).await }),
        // When old carts go: a store that is asleep is opened once for both.
        JobKind::of(|running, _: SweepImports| async move { sweep(&running).await })
            .recurring(Timing::Daily { hour: 4, minute: 0 }),
    ]
}

async fn run(imports: &Imports, running: &Running) -> JobResult {
    let end = running.clock().now().plus(TURN);
    let give_way = |_: &Import| match running.clock().now() < end {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    };
    let runner = Runner {
        imports,
        store: running.store(),
        features: running.features(),
        job: Some(running),
        on_progress: &give_way,
    };
    let put_off = |pause, why: &str| Err(JobError::PutOff(pause, why.to_owned()));
    match runner.run(None).await {
        Ok(Ran::Through) => Ok(()),
        Ok(Ran::Paused) => put_off(Duration::ZERO, "more is left; others have a turn"),
        Ok(Ran::Left) => put_off(LATER, "another runner goes on with it"),
        // The import counts how often: the job might be dead before all its imports are given up.
        Ok(Ran::BrokeOff) => put_off(LATER, "an import broke off by a fault of this program"),
        Err(ImportsError::Db(error)) => Err(error.into()),
        Err(error) => Err(JobError::Again(error.to_string())),
    }
}

async fn forget(running: &Running) -> JobResult {
    let mut cx = running.begin().await?;
    let now = cx.now();
    store::imports::delete_broken_off(&mut cx, now.minus(BROKEN_OFF)).await?;
    let is_one_left = store::imports::is_one_arriving(&mut cx).await?;
    cx.commit().await?;
    match is_one_left {
        true => Err(JobError::PutOff(
            BROKEN_OFF,
            "a file is still arriving".to_owned(),
        )),
        false => Ok(()),
    }
}

/// Each import by itself: its rows may be many.
async fn sweep(running: &Running) -> JobResult {
    let mut deleted = 0;
    loop {
        let mut cx = running.begin().await?;
        let before = cx.now().minus(KEPT);
        if !store::imports::delete_old(&mut cx, before).await? {
            // Of imports whose job was given up, such as when the store had failed all day.
            if store::imports::next(&mut cx).await?.is_some() {
                cx.enqueue(&RunImports).await?;
            }
            running.complete(&mut cx, Some(deleted.into())).await?;
            return Ok(cx.commit().await?);
        }
        cx.commit().await?;
        deleted += 1;
    }
}
