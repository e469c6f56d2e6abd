//! A job while it is being done: what its handler gets, and how it may end.

use serde_json::Value;
use std::time::Duration;
use stoa_core::{Clock, Failure, FeatureSet, TenantId};
use stoa_db::{
    DbError, DbResult, JobId, TenantDb,
    jobs::{self, Attempt, JobStore, JobUnit as _},
};

pub type JobResult = Result<(), JobError>;

/// Why a job was not done.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Tried again later, as long as attempts are left.
    #[error("{0}")]
    Again(String),
    /// Not the job's fault: put off for a while, without counting the attempt.
    #[error("{1}")]
    PutOff(Duration, String),
    /// Never going to work.
    #[error("{0}")]
    Hopeless(String),
    /// Somebody else does it by now; what this one has written must not be committed.
    #[error("the attempt was given up meanwhile")]
    GivenUp,
}

impl From<DbError> for JobError {
    fn from(error: DbError) -> Self {
        // The cause may hold values; the log has it.
        tracing::warn!(?error, "a job's statement failed");
        Self::Again(format!("the store: {}", error.code()))
    }
}

/// A job that is being done: its store, and the way to say how far it is.
#[derive(Debug, Clone)]
pub struct Running<S: JobStore = TenantDb> {
    store: S,
    features: FeatureSet,
    clock: Clock,
    attempt: Attempt,
}

impl Running {
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.store.tenant()
    }

    /// What the tenant has, as it was when the job began.
    #[must_use]
    pub fn features(&self) -> &FeatureSet {
        &self.features
    }
}

impl<S: JobStore> Running<S> {
    pub(crate) fn new(store: S, features: FeatureSet, clock: Clock, attempt: Attempt) -> Self {
        Self {
            store,
            features,
            clock,
            attempt,
        }
    }

    #[must_use]
    pub fn id(&self) -> JobId {
        self.attempt.id
    }

    /// The store, for what takes many units of work.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.store
    }

    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Which try this is, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt.number
    }

    /// A unit of work on the store that only reads.
    pub async fn read(&self) -> DbResult<S::Unit> {
        self.store.read().await
    }

    pub async fn begin(&self) -> DbResult<S::Unit> {
        self.store.begin().await
    }

    /// Ends the job in the unit of work that holds its effect, so that both are there or neither.
    pub async fn complete(&self, cx: &mut S::Unit, result: Option<Value>) -> JobResult {
        if jobs::complete(cx, &self.attempt, result).await? {
            Ok(())
        } else {
            Err(JobError::GivenUp)
        }
    }

    /// Says how far the job is, for people who wait for it.
    pub async fn progress(&self, done: i64, total: Option<i64>, note: Option<&str>) -> JobResult {
        let mut cx = self.begin().await?;
        self.note_progress(&mut cx, done, total, note).await?;
        Ok(cx.commit().await?)
    }

    /// Says so in the unit of work that gets it there, so that both are told or neither.
    pub async fn note_progress(
        &self,
        cx: &mut S::Unit,
        done: i64,
        total: Option<i64>,
        note: Option<&str>,
    ) -> DbResult<()> {
        jobs::note_progress(cx, &self.attempt, done, total, note).await
    }
}
