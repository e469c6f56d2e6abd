//! What a runner does to a tenant's jobs. Each change names the attempt it belongs to: a worker that was given up, and
//! goes on all the same, changes nothing.

use std::time::Duration;

use serde_json::Value as Json;
use stoa_core::Timestamp;

use super::JobId;
use crate::{Cx, DbResult, FromRow, Row, sql};

/// A job that is being tried.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub id: JobId,
    pub kind: String,
    pub data: Json,
    /// Which try this is, from 1.
    pub number: u32,
    pub max_attempts: u32,
}

impl FromRow for Attempt {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            id: row.next()?,
            kind: row.next()?,
            data: row.next()?,
            number: row.next()?,
            max_attempts: row.next()?,
        })
    }
}

/// Takes the job that is due longest.
pub async fn claim(cx: &mut Cx) -> DbResult<Option<Attempt>> {
    let now = cx.now();
    cx.sql(sql!(
        "UPDATE jobs SET state = 'running', attempts = attempts + 1
         WHERE state = 'waiting' AND id = (SELECT id FROM jobs WHERE state = 'waiting' AND finished_at IS NULL
             AND due_at <= $1 ORDER BY due_at, id LIMIT 1)
         RETURNING id, kind, data, attempts, max_attempts"
    ))
    .bind(now)
    .optional()
    .await
}

/// Notes that the job is done, and forgets what it was to be done with. False when the attempt was given up meanwhile:
/// then the unit of work must not be committed.
pub async fn complete(cx: &mut Cx, attempt: &Attempt, result: Option<Json>) -> DbResult<bool> {
    let now = cx.now();
    let changed = cx
        .sql(sql!(
            "UPDATE jobs SET state = 'done', data = $3, result = $4, last_error = NULL, finished_at = $5
             WHERE id = $1 AND attempts = $2 AND state = 'running'"
        ))
        .bind(attempt.id)
        .bind(attempt.number)
        .bind(Json::Null)
        .bind(result)
        .bind(now)
        .execute()
        .await?;
    Ok(changed == 1)
}

/// Notes why the attempt failed; it is tried again at `again_at`, or never.
pub async fn fail(cx: &mut Cx, attempt: &Attempt, why: &str, again_at: Option<Timestamp>) -> DbResult<()> {
    match again_at {
        Some(due_at) => {
            put_back(cx, attempt, why, due_at, attempt.number).await?;
        }
        None => bury(cx, attempt, why).await?,
    }
    Ok(())
}

/// Puts the job off without counting the attempt.
pub async fn put_off(cx: &mut Cx, attempt: &Attempt, why: &str, until: Timestamp) -> DbResult<()> {
    put_back(cx, attempt, why, until, attempt.number.saturating_sub(1)).await
}

/// A job that waits again is no longer unique when an equal one has come to wait meanwhile.
async fn put_back(
    cx: &mut Cx,
    attempt: &Attempt,
    why: &str,
    due_at: Timestamp,
    attempts: u32,
) -> DbResult<()> {
    cx.sql(sql!(
        "UPDATE jobs SET state = 'waiting', due_at = $3, last_error = $4, attempts = $5,
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

async fn bury(cx: &mut Cx, attempt: &Attempt, why: &str) -> DbResult<()> {
    let now = cx.now();
    cx.sql(sql!(
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
pub async fn bury_waiting(cx: &mut Cx, why: &str) -> DbResult<()> {
    let now = cx.now();
    cx.sql(sql!(
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
    cx: &mut Cx,
    attempt: &Attempt,
    done: i64,
    total: Option<i64>,
    note: Option<&str>,
) -> DbResult<()> {
    cx.sql(sql!(
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
pub async fn recover(cx: &mut Cx) -> DbResult<()> {
    const WHY: &str = "the worker was gone before the job was done";
    let now = cx.now();
    let left: Vec<Attempt> = cx
        .sql(sql!(
            "SELECT id, kind, data, attempts, max_attempts FROM jobs WHERE state = 'running' ORDER BY id"
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
pub async fn sweep(cx: &mut Cx, keep_done: Duration, keep_dead: Duration) -> DbResult<()> {
    let now = cx.now();
    cx.sql(sql!(
        "DELETE FROM jobs WHERE finished_at < $1 AND (state = 'done' OR finished_at < $2)"
    ))
    .bind(now.minus(keep_done))
    .bind(now.minus(keep_dead))
    .execute()
    .await?;
    Ok(())
}
