//! What is done when a file has arrived, and when one has not.

use std::{ops::ControlFlow, time::Duration};

use serde::{Deserialize, Serialize};
use stoa_db::Job;
use stoa_jobs::{JobError, JobKind, JobResult, Running};

use crate::{Imports, domain::Import, error::ImportsError, service::Ran, store};

/// How long a business's imports go on before other businesses have a turn.
const TURN: Duration = Duration::from_secs(60);
/// Going through a large file, and a batch, come on top of a turn.
const LIMIT: Duration = Duration::from_secs(15 * 60);
/// When it is looked again whether another runner still goes on.
const LATER: Duration = Duration::from_secs(30);
/// A file that grew no more for so long was broken off by the end of its process.
const BROKEN_OFF: Duration = Duration::from_secs(60 * 60);

/// Runs the business's imports until none waits.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RunImports;

/// Deletes what broke off.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ForgetFiles;

impl Job for RunImports {
    const KIND: &'static str = "imports.run";

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

pub(crate) fn kinds(imports: &Imports) -> Vec<JobKind> {
    let imports = imports.clone();
    let run = move |running: Running, _: RunImports| {
        let imports = imports.clone();
        async move { run(&imports, &running).await }
    };
    vec![
        JobKind::of(run).within(LIMIT),
        JobKind::of(|running, _: ForgetFiles| async move { forget(&running).await }),
    ]
}

async fn run(imports: &Imports, running: &Running) -> JobResult {
    let end = running.clock().now().plus(TURN);
    let give_way = |_: &Import| match running.clock().now() < end {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    };
    let ran = imports
        .run(running.store(), running.features(), None, &give_way)
        .await;
    match ran {
        Ok(Ran::Through) => Ok(()),
        Ok(Ran::Paused) => Err(JobError::PutOff(
            Duration::ZERO,
            "more is left; others have a turn".to_owned(),
        )),
        Ok(Ran::Left) => Err(JobError::PutOff(
            LATER,
            "another runner goes on with it".to_owned(),
        )),
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
