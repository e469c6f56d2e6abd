//! `stoa jobs`: what is to be done later, and what could not be, of the platform itself or of a business.

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use serde_json::json;
use stoa::Stoa;
use stoa_db::{
    JobId, Stretch,
    jobs::{self, JobFilter, JobLine, JobState, JobStore, JobUnit as _},
};

use super::{tenant::find, terminal::Terminal};

/// How many are listed, of the newest.
const SHOWN: i64 = 100;

#[derive(Debug, Subcommand, Serialize, Deserialize)]
pub(crate) enum Command {
    /// List jobs, the newest first
    List {
        #[command(flatten)]
        whose: Whose,
        /// waiting, running, done or dead
        #[arg(long)]
        state: Option<String>,
    },
    /// Have a dead job tried again
    Rerun {
        /// The job's id
        id: String,
        #[command(flatten)]
        whose: Whose,
    },
}

#[derive(Debug, Args, Serialize, Deserialize)]
pub(crate) struct Whose {
    /// The business's slug [default: jobs of the platform itself]
    #[arg(long, value_name = "SLUG")]
    tenant: Option<String>,
}

pub(crate) async fn run(stoa: &Stoa, command: Command, terminal: &Terminal) -> Result<()> {
    let (Command::List { whose, .. } | Command::Rerun { whose, .. }) = &command;
    match &whose.tenant {
        None => run_on(stoa.db(), command, terminal).await,
        Some(slug) => {
            let tenant = find(stoa, slug).await?;
            run_on(&stoa.for_command(tenant.id), command, terminal).await
        }
    }
}

async fn run_on(store: &impl JobStore, command: Command, terminal: &Terminal) -> Result<()> {
    match command {
        Command::List { state, .. } => list(store, state.as_deref(), terminal).await,
        Command::Rerun { id, .. } => rerun(store, &id, terminal).await,
    }
}

async fn list(store: &impl JobStore, state: Option<&str>, terminal: &Terminal) -> Result<()> {
    let state = state.map(JobState::parse).transpose().context("--state")?;
    let filter = JobFilter { state, kind: None };
    let mut cx = store.read().await?;
    let found = jobs::list(&mut cx, &filter, &Stretch::first(SHOWN)).await?;
    let views: Vec<_> = found.iter().map(view).collect();
    terminal.show(&views, || found.iter().map(line).collect::<Vec<_>>().join("\n"))
}

async fn rerun(store: &impl JobStore, id: &str, terminal: &Terminal) -> Result<()> {
    let id: JobId = id.parse().context("ID")?;
    let mut cx = store.begin().await?;
    if !jobs::rerun(&mut cx, id).await? {
        bail!("there is no dead job {id}");
    }
    cx.commit().await?;
    terminal.show(&json!({ "id": id }), || format!("{id} is tried again"))
}

fn line(job: &JobLine) -> String {
    let error = job.last_error.as_deref().unwrap_or_default();
    let text = format!(
        "{}  {:<20} {:<8} {:>2} of {:<2} {}  {error}",
        job.id,
        job.kind,
        job.state.as_str(),
        job.attempts,
        job.max_attempts,
        job.finished_at.unwrap_or(job.due_at),
    );
    text.trim_end().to_owned()
}

fn view(job: &JobLine) -> serde_json::Value {
    json!({
        "id": job.id,
        "kind": job.kind,
        "state": job.state.as_str(),
        "due_at": job.due_at,
        "attempts": job.attempts,
        "max_attempts": job.max_attempts,
        "progress": { "done": job.progress_done, "total": job.progress_total, "note": job.progress_note },
        "result": job.result,
        "error": job.last_error,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
    })
}
