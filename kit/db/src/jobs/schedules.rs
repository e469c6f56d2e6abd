//! When what recurs is due next. The row decides: whoever moves it on is the one who adds the job, once.

use stoa_core::Timestamp;

use super::store::{JobUnit, job_sql};
use crate::DbResult;

/// The schedules that the store knows, and when each is due.
pub async fn schedules(cx: &mut impl JobUnit) -> DbResult<Vec<(String, Timestamp)>> {
    cx.jobs_sql(job_sql!("SELECT name, next_at FROM schedules ORDER BY name"))
        .all()
        .await
}

/// Enters a schedule that the store does not know yet.
pub async fn enter_schedule(cx: &mut impl JobUnit, name: &str, next: Timestamp) -> DbResult<()> {
    cx.jobs_sql(job_sql!(
        "INSERT INTO schedules (name, next_at) VALUES ($1, $2) ON CONFLICT DO NOTHING"
    ))
    .bind(name)
    .bind(next)
    .execute()
    .await?;
    Ok(())
}

/// Moves a schedule on from `due` to `next`. False when somebody else has.
pub async fn advance_schedule(
    cx: &mut impl JobUnit,
    name: &str,
    due: Timestamp,
    next: Timestamp,
) -> DbResult<bool> {
    let changed = cx
        .jobs_sql(job_sql!(
            "UPDATE schedules SET next_at = $3 WHERE name = $1 AND next_at = $2"
        ))
        .bind(name)
        .bind(due)
        .bind(next)
        .execute()
        .await?;
    Ok(changed == 1)
}

/// Strikes out a schedule that nobody follows any more.
pub async fn forget_schedule(cx: &mut impl JobUnit, name: &str) -> DbResult<()> {
    cx.jobs_sql(job_sql!("DELETE FROM schedules WHERE name = $1"))
        .bind(name)
        .execute()
        .await?;
    Ok(())
}

/// When the next job is due, or the next schedule. Asked while nothing is being done: what still runs was left behind,
/// and is due.
pub async fn next_due(cx: &mut impl JobUnit) -> DbResult<Option<Timestamp>> {
    let (job,): (Option<Timestamp>,) = cx
        .jobs_sql(job_sql!("SELECT min(due_at) FROM jobs WHERE finished_at IS NULL"))
        .one()
        .await?;
    let (schedule,): (Option<Timestamp>,) = cx
        .jobs_sql(job_sql!("SELECT min(next_at) FROM schedules"))
        .one()
        .await?;
    Ok(job.into_iter().chain(schedule).min())
}
