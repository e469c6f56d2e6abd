//! Jobs: what is to be done later, kept in the store that it is about, a tenant's or the platform's, and written with the
//! change that wants it done.

mod attempt;
mod read;
mod schedules;
mod store;
mod wakeups;
mod warmth;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;
use stoa_core::{Id, Timestamp};

use crate::{Cx, DbError, DbResult, PlatformCx};

pub use attempt::{
    Attempt, Claimed, bury_waiting, claim, complete, fail, note_progress, put_off, recover, sweep, unclaim,
};
pub use read::{JobFilter, JobLine, JobState, find, list};
pub use schedules::{advance_schedule, enter_schedule, forget_schedule, next_due, schedules};
pub use store::{JobSql, JobStore, JobUnit, platform};
pub use wakeups::{Lease, Node};
pub(crate) use warmth::Warmth;

use store::job_sql;

stoa_core::typed_id!(/** A job. */ pub JobId, "job");

/// Something to be done later, such as `mail.send`. What it is to be done with is its fields; they lie sealed in the store.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// Module and verb: `mail.send`.
    const KIND: &'static str;
    /// How often it is tried before it is put aside as dead.
    const ATTEMPTS: u32 = 10;

    /// While an equal one waits, another one is not added. Readable to whoever has the store.
    fn unique_key(&self) -> Option<String> {
        None
    }
}

/// A job to be added.
#[derive(Debug)]
pub struct NewJob<'a> {
    pub kind: &'a str,
    /// `null` when it needs nothing.
    pub data: Json,
    pub max_attempts: u32,
    pub unique_key: Option<String>,
    pub due_at: Timestamp,
}

impl Cx {
    /// Adds a job, to be done as soon as this unit of work is committed; nothing when an equal one waits already.
    pub async fn enqueue<J: Job>(&mut self, job: &J) -> DbResult<Option<JobId>> {
        let now = self.now();
        add(self, NewJob::of(job, now)?).await
    }

    /// Adds a job that is not to be done before `due_at`.
    pub async fn enqueue_at<J: Job>(&mut self, job: &J, due_at: Timestamp) -> DbResult<Option<JobId>> {
        add(self, NewJob::of(job, due_at)?).await
    }
}

impl PlatformCx {
    /// Adds a job of the platform's own, to be done as soon as this unit of work is committed; nothing when an equal one
    /// waits already.
    pub async fn enqueue<J: Job>(&mut self, job: &J) -> DbResult<Option<JobId>> {
        let now = self.now();
        add(self, NewJob::of(job, now)?).await
    }
}

impl NewJob<'static> {
    fn of<J: Job>(job: &J, due_at: Timestamp) -> DbResult<Self> {
        Ok(Self {
            kind: J::KIND,
            data: serde_json::to_value(job)
                .map_err(|error| DbError::unexpected(format!("a job that cannot be written: {error}")))?,
            max_attempts: J::ATTEMPTS,
            unique_key: job.unique_key(),
            due_at,
        })
    }
}

/// Adds a job that is known by its name only.
pub async fn add(cx: &mut impl JobUnit, job: NewJob<'_>) -> DbResult<Option<JobId>> {
    let now = cx.now();
    let id = Id::new(now);
    let data = match job.data {
        Json::Null => None,
        data => Some(store::seal(cx, id, data.to_string().as_bytes())?),
    };
    let is_one_of_many = job.unique_key.is_none();
    let insert = cx
        .jobs_sql(job_sql!(
            "INSERT INTO jobs (id, kind, data, state, due_at, attempts, max_attempts, unique_key, progress_done,
                 created_at)
             VALUES ($1, $2, $3, 'waiting', $4, 0, $5, $6, 0, $7) ON CONFLICT DO NOTHING"
        ))
        .bind(id)
        .bind(job.kind)
        .bind(data)
        .bind(job.due_at)
        .bind(job.max_attempts)
        .bind(job.unique_key)
        .bind(now);
    let is_added = if is_one_of_many {
        insert.queue()?;
        true
    } else {
        insert.execute().await? == 1
    };
    cx.note_due().await?;
    Ok(is_added.then_some(id))
}

/// Has a dead job tried again from the beginning. False when there is no such dead job.
pub async fn rerun(cx: &mut impl JobUnit, id: JobId) -> DbResult<bool> {
    let now = cx.now();
    let changed = cx
        .jobs_sql(job_sql!(
            "UPDATE jobs SET state = 'waiting', due_at = $2, attempts = 0, finished_at = NULL, unique_key = NULL
             WHERE id = $1 AND state = 'dead'"
        ))
        .bind(id)
        .bind(now)
        .execute()
        .await?;
    cx.note_due().await?;
    Ok(changed == 1)
}
