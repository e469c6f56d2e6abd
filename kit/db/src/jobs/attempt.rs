//! What a runner does to a store's jobs. Each change names the attempt it belongs to: a worker that was given up, and
//! goes on all the same, changes nothing.

use std::time::Duration;

use serde_json::Value as Json;
use stoa_core::Timestamp;

use super::{
    JobId,
    store::{JobUnit, job_sql, open},
};
use crate::{DbResult, FromRow, Row};

/// A job that is being tried.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub id: JobId,
    pub kind: String,
    /// Which try this is, from 1.
    pub number: u32,
    pub max_attempts: u32,
}

impl FromRow for Attempt {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            id: row.next()?,
            kind: row.next()?,
            number: row.next()?,
            max_attempts: row.next()?,
        })
    }
}

/// A job that was taken to be tried.
#[derive(Debug)]
pub struct Claimed {
    pub attempt: Attempt,
    /// What it is to be done with; nothing when that was not sealed here, or is damaged.
    pub data: Option<Json>,
}

/// Takes the jobs that are due longest, at most `limit`. One that was tried before is taken alone: should it end its
/// process, it takes no other along a second time.
pub async fn claim(cx: &mut impl JobUnit, limit: i64) -> DbResult<Vec<Claimed>> {
    let now = cx.now();
    let due: Vec<(JobId, u32)> = cx
        .jobs_sql(job_sql!(
            "SELECT id, attempts FROM jobs WHERE state = 'waiting' AND finished_at IS NULL AND due_at <= $1
             ORDER BY due_at, id LIMIT $2"
        ))
        .bind(now)
        .bind(limit)
        .all()
        .await?;
    let ids = tried_together(&due);
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let taken: Vec<Taken> = cx
        .jobs_sql(job_sql!(
            "UPDATE jobs SET state = 'running', attempts = attempts + 1 WHERE state = 'waiting' AND id IN ($1…)
             RETURNING id, kind, attempts, max_attempts, data"
        ))
        .bind_list(ids.iter().copied())
        .all()
        .await?;
    let mut claimed = taken
        .into_iter()
        .map(|taken| taken.open(cx))
        .collect::<DbResult<Vec<_>>>()?;
    claimed.sort_by_key(|job| ids.iter().position(|id| *id == job.attempt.id));
    Ok(claimed)
}

fn tried_together(due: &[(JobId, u32)]) -> Vec<JobId> {
    let fresh = due.iter().take_while(|(_, attempts)| *attempts == 0);
    let fresh: Vec<_> = fresh.map(|(id, _)| *id).collect();
    if fresh.is_empty() {
        return due.iter().take(1).map(|(id, _)| *id).collect();
    }
    fresh
}

struct Taken {
    attempt: Attempt,
    data: Option<Vec<u8>>,
}

impl FromRow for Taken {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            attempt: Attempt::from_row(row)?,
            data: row.next()?,
        })
    }
}

impl Taken {
    fn open(self, cx: &impl JobUnit) -> DbResult<Claimed> {
        let data = match self.data {
            None => Some(Json::Null),
            Some(sealed) => open(cx, self.attempt.id, &sealed)?
                .ok()
                .and_then(|text| serde_json::from_slice(&text).ok()),
        };
        Ok(Claimed {
            attempt: self.attempt,
            data,
        })
    }
}

/// Notes that the job is done, and forgets what it was to be done with. False when the attempt was given up meanwhile:
/// then the unit of work must not be committed.
pub async fn complete(cx: &mut impl JobUnit, attempt: &Attempt, result: Option<Json>) -> DbResult<bool> {
    let now = cx.now();
    let changed = cx
        .jobs_sql(job_sql!(
            "UPDATE jobs SET state = 'done', data = NULL, result = $3, last_error = NULL, finished_at = $4
             WHERE id = $1 AND attempts = $2 AND state = 'running'"
        ))
        .bind(attempt.id)
        .bind(attempt.number)
        .bind(result)
        .bind(now)
        .execute()
        .await?;
    Ok(changed == 1)
}

/// Notes why the attempt failed; it is tried again at `again_at`, or never.
pub async fn fail(
    cx: &mut impl JobUnit,
    attempt: &Attempt,
    why: &str,
    again_at: Option<Timestamp>,
) -> DbResult<()> {
    match again_at {
        Some(due_at) => {
            put_back(cx, attempt, Some(why), Some(due_at), attempt.number).await?;
        }
        None => bury(cx, attempt, why).await?,
    }
    Ok(())
}

/// Puts the job off without counting the attempt.
pub async fn put_off(cx: &mut impl JobUnit, attempt: &Attempt, why: &str, until: Timestamp) -> DbResult<()> {
    put_back(
        cx,
        attempt,
        Some(why),
        Some(until),
        attempt.number.saturating_sub(1),
    )
    .await
}

/// Gives back a job that was taken and not begun.
pub async fn unclaim(cx: &mut impl JobUnit, attempt: &Attempt) -> DbResult<()> {
    put_back(cx, attempt, None, None, attempt.number.saturating_sub(1)).await
}

/// A job that waits again is no longer unique when an equal one has come to wait meanwhile.
async fn put_back(
    cx: &mut impl JobUnit,
    attempt: &Attempt,
    why: Option<&str>,
    due_at: Option<Timestamp>,
    attempts: u32,
) -> DbResult<()> {
    cx.jobs_sql(job_sql!(
        "UPDATE jobs SET state = 'waiting', due_at = coalesce($3, due_at), last_error = coalesce($4, last_error),
             attempts = $5,
             unique_key = CASE WHEN EXISTS (SELECT 1 FROM jobs AS other WHERE other.state = 'waiting'
                 AND other.unique_key = jobs.unique_key) THEN NULL ELSE unique_key END
         WHERE id = $1 AND attempts = $2 AND state = 'running'"
    ))
    .bind(attempt.id)
    .bind(attempt.number)
    .bind(due_at)
    .bind(why)
    .bind(attempts)
    .execute()
    .await?;
    Ok(())
}

async fn bury(cx: &mut impl JobUnit, attempt: &Attempt, why: &str) -> DbResult<()> {
    let now = cx.now();
    cx.jobs_sql(job_sql!(
        "UPDATE jobs SET state = 'dead', last_error = $3, finished_at = $4
         WHERE id = $1 AND attempts = $2 AND state = 'running'"
    ))
    .bind(attempt.id)
    .bind(attempt.number)
    .bind(why)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

/// Puts all waiting jobs aside.
pub async fn bury_waiting(cx: &mut impl JobUnit, why: &str) -> DbResult<()> {
    let now = cx.now();
    cx.jobs_sql(job_sql!(
        "UPDATE jobs SET state = 'dead', last_error = $1, finished_at = $2 WHERE state = 'waiting'"
    ))
    .bind(why)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

/// Says how far a job is.
pub async fn note_progress(
    cx: &mut impl JobUnit,
    attempt: &Attempt,
    done: i64,
    total: Option<i64>,
    note: Option<&str>,
) -> DbResult<()> {
    cx.jobs_sql(job_sql!(
        "UPDATE jobs SET progress_done = $3, progress_total = $4, progress_note = $5
         WHERE id = $1 AND attempts = $2 AND state = 'running'"
    ))
    .bind(attempt.id)
    .bind(attempt.number)
    .bind(done)
    .bind(total)
    .bind(note)
    .execute()
    .await?;
    Ok(())
}

/// Takes up what a worker left behind that is no more: tried again, or dead when that was the last attempt. Called by
/// whoever has just taken the tenant's lease.
pub async fn recover(cx: &mut impl JobUnit) -> DbResult<()> {
    const WHY: &str = "the worker was gone before the job was done";
    let now = cx.now();
    let left: Vec<Attempt> = cx
        .jobs_sql(job_sql!(
            "SELECT id, kind, attempts, max_attempts FROM jobs WHERE state = 'running' ORDER BY id"
        ))
        .all()
        .await?;
    for attempt in left {
        let again = (attempt.number < attempt.max_attempts).then_some(now);
        fail(cx, &attempt, WHY, again).await?;
    }
    Ok(())
}

/// Deletes what was finished long ago; dead jobs are kept longer, for somebody to look at.
pub async fn sweep(cx: &mut impl JobUnit, keep_done: Duration, keep_dead: Duration) -> DbResult<()> {
    let now = cx.now();
    cx.jobs_sql(job_sql!(
        "DELETE FROM jobs WHERE finished_at < $1 AND (state = 'done' OR finished_at < $2)"
    ))
    .bind(now.minus(keep_done))
    .bind(now.minus(keep_dead))
    .execute()
    .await?;
    Ok(())
}
