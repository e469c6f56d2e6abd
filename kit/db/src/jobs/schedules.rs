//! When what recurs is due next. The row decides: whoever moves it on is the one who adds the job, once.

use stoa_core::Timestamp;

use crate::{Cx, DbResult, sql};

/// The schedules that the store knows, and when each is due.
pub async fn schedules(cx: &mut Cx) -> DbResult<Vec<(String, Timestamp)>> {
    cx.sql(sql!("SELECT name, next_at FROM schedules ORDER BY name"))
        .all()
        .await
}

/// Enters a schedule that the store does not know yet.
pub async fn enter_schedule(cx: &mut Cx, name: &str, next: Timestamp) -> DbResult<()> {
    cx.sql(sql!(
        "INSERT INTO schedules (name, next_at) VALUES ($1, $2) ON CONFLICT DO NOTHING"
    ))
    .bind(name)
    .bind(next)
    .execute()
    .await?;
    Ok(())
}

/// Moves a schedule on from `due` to `next`. False when somebody else has.
pub async fn advance_schedule(cx: &mut Cx, name: &str, due: Timestamp, next: Timestamp) -> DbResult<bool> {
    let changed = cx
        .sql(sql!(
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
pub async fn forget_schedule(cx: &mut Cx, name: &str) -> DbResult<()> {
    cx.sql(sql!("DELETE FROM schedules WHERE name = $1"))
        .bind(name)
        .execute()
        .await?;
    Ok(())
}

/// When the next job is due, or the next schedule. Asked while nothing is being done: what still runs was left behind,
/// and is due.
pub async fn next_due(cx: &mut Cx) -> DbResult<Option<Timestamp>> {
    let (job,): (Option<Timestamp>,) = cx
        .sql(sql!("SELECT min(due_at) FROM jobs WHERE finished_at IS NULL"))
        .one()
        .await?;
    let (schedule,): (Option<Timestamp>,) = cx.sql(sql!("SELECT min(next_at) FROM schedules")).one().await?;
    Ok(job.into_iter().chain(schedule).min())
}
