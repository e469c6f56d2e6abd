//! Jobs: what is to be done later, kept in the tenant's own store and written with the change that wants it done.

mod attempt;
mod read;
mod schedules;
mod wakeups;
mod warmth;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;
use stoa_core::Timestamp;

use crate::{Cx, DbError, DbResult, sql};

pub use attempt::{Attempt, bury_waiting, claim, complete, fail, note_progress, put_off, recover, sweep};
pub use read::{JobFilter, JobLine, JobState};
pub use schedules::{advance_schedule, enter_schedule, forget_schedule, next_due, schedules};
pub use wakeups::{Lease, Node};
pub(crate) use warmth::Warmth;

stoa_core::typed_id!(/** A job. */ pub JobId, "job");

/// Something to be done later, such as `mail.send`. What it is to be done with is its fields.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// Module and verb: `mail.send`.
    const KIND: &'static str;
    /// How often it is tried before it is put aside as dead.
    const ATTEMPTS: u32 = 10;

    /// While an equal one waits, another one is not added.
    fn unique_key(&self) -> Option<String> {
        None
    }
}

impl Cx {
    /// Adds a job, to be done as soon as this unit of work is committed; nothing when an equal one waits already.
    pub async fn enqueue<J: Job>(&mut self, job: &J) -> DbResult<Option<JobId>> {
        let now = self.now();
        self.enqueue_at(job, now).await
    }

    /// Adds a job that is not to be done before `due_at`.
    pub async fn enqueue_at<J: Job>(&mut self, job: &J, due_at: Timestamp) -> DbResult<Option<JobId>> {
        let data = serde_json::to_value(job)
            .map_err(|error| DbError::unexpected(format!("a job that cannot be written: {error}")))?;
        self.insert_job(J::KIND, data, J::ATTEMPTS, job.unique_key(), due_at)
            .await
    }

    /// Adds a job that is known by its name only.
    pub async fn insert_job(
        &mut self,
        kind: &str,
        data: Json,
        max_attempts: u32,
        unique_key: Option<String>,
        due_at: Timestamp,
    ) -> DbResult<Option<JobId>> {
        let (id, now) = (self.new_id(), self.now());
        let is_one_of_many = unique_key.is_none();
        let insert = self
            .sql(sql!(
                "INSERT INTO jobs (id, kind, data, state, due_at, attempts, max_attempts, unique_key, progress_done,
                     created_at)
                 VALUES ($1, $2, $3, 'waiting', $4, 0, $5, $6, 0, $7) ON CONFLICT DO NOTHING"
            ))
            .bind(id)
            .bind(kind)
            .bind(data)
            .bind(due_at)
            .bind(max_attempts)
            .bind(unique_key)
            .bind(now);
        let is_added = if is_one_of_many {
            insert.queue()?;
            true
        } else {
            insert.execute().await? == 1
        };
        self.note_due();
        Ok(is_added.then_some(id))
    }

    /// Has a dead job tried again from the beginning. False when there is no such dead job.
    pub async fn rerun_job(&mut self, id: JobId) -> DbResult<bool> {
        let now = self.now();
        let changed = self
            .sql(sql!(
                "UPDATE jobs SET state = 'waiting', due_at = $2, attempts = 0, finished_at = NULL, unique_key = NULL
                 WHERE id = $1 AND state = 'dead'"
            ))
            .bind(id)
            .bind(now)
            .execute()
            .await?;
        self.note_due();
        Ok(changed == 1)
    }
}
