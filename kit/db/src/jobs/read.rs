//! Jobs as people see them. What a job is to be done with is not shown: it may hold what is private.

use serde_json::Value as Json;
use stoa_core::{TextError, Timestamp};

use super::{
    JobId,
    store::{JobUnit, job_sql},
};
use crate::{DbResult, FromRow, Row, Stretch, column_text};

/// Where a job is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    Waiting,
    Running,
    Done,
    /// Given up; tried again only when somebody asks for it.
    Dead,
}

impl JobState {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        [Self::Waiting, Self::Running, Self::Done, Self::Dead]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| TextError {
                code: "state.unknown",
                detail: "must be waiting, running, done or dead".to_owned(),
            })
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }
}

column_text!(JobState);

#[derive(Debug, Clone)]
pub struct JobLine {
    pub id: JobId,
    pub kind: String,
    pub state: JobState,
    pub due_at: Timestamp,
    pub attempts: u32,
    pub max_attempts: u32,
    pub progress_done: i64,
    pub progress_total: Option<i64>,
    pub progress_note: Option<String>,
    pub result: Option<Json>,
    pub last_error: Option<String>,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

/// Which jobs to list.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    pub state: Option<JobState>,
    pub kind: Option<String>,
}

/// Jobs, newest first; or, in the other order, oldest first.
pub async fn list(
    cx: &mut impl JobUnit,
    filter: &JobFilter,
    stretch: &Stretch<JobId>,
) -> DbResult<Vec<JobLine>> {
    cx.jobs_sql(job_sql!(
        "SELECT id, kind, state, due_at, attempts, max_attempts, progress_done, progress_total, progress_note,
             result, last_error, created_at, finished_at
         FROM jobs WHERE 1 = 1{ AND state = $1}{ AND kind = $2}{ AND {$3: id < $4 | id > $4}}
         ORDER BY {$3: id DESC | id} LIMIT $5"
    ))
    .bind_if(filter.state.map(JobState::as_str))
    .bind_if(filter.kind.as_deref())
    .choose(stretch.order)
    .bind_if(stretch.after)
    .bind(stretch.limit)
    .all()
    .await
}

pub async fn find(cx: &mut impl JobUnit, id: JobId) -> DbResult<Option<JobLine>> {
    cx.jobs_sql(job_sql!(
        "SELECT id, kind, state, due_at, attempts, max_attempts, progress_done, progress_total, progress_note,
             result, last_error, created_at, finished_at
         FROM jobs WHERE id = $1"
    ))
    .bind(id)
    .optional()
    .await
}

impl FromRow for JobLine {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            id: row.next()?,
            kind: row.next()?,
            state: row.next()?,
            due_at: row.next()?,
            attempts: row.next()?,
            max_attempts: row.next()?,
            progress_done: row.next()?,
            progress_total: row.next()?,
            progress_note: row.next()?,
            result: row.next()?,
            last_error: row.next()?,
            created_at: row.next()?,
            finished_at: row.next()?,
        })
    }
}
