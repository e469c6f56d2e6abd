//! Imports, and how far each is.

use stoa_core::{Currency, Timestamp};
use stoa_db::{Cx, DbResult, Stretch, sql};

use crate::domain::{Failed, Import, ImportId, Position, State, Survey};

/// An import that begins to arrive.
#[derive(Debug)]
pub(crate) struct Beginning<'b> {
    pub(crate) id: ImportId,
    pub(crate) kind: &'b str,
    pub(crate) format: &'b str,
    pub(crate) file_name: &'b str,
    pub(crate) currency: Currency,
}

pub(crate) async fn insert(cx: &mut Cx, new: &Beginning<'_>) -> DbResult<()> {
    let (now, by) = (cx.now(), cx.actor().to_string());
    cx.sql(sql!(
        "INSERT INTO imports (id, kind, format, file_name, currency, size, state, position, next_row, rows_read, created,
             updated, unchanged, rejected, faults, faults_omitted, created_by, created_at, touched_at)
         VALUES ($1, $2, $3, $4, $5, 0, 'receiving', 0, 1, 0, 0, 0, 0, 0, 0, 0, $6, $7, $7)"
    ))
    .bind(new.id)
    .bind(new.kind)
    .bind(new.format)
    .bind(new.file_name)
    .bind(new.currency)
    .bind(by)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

/// Whether the import is still to receive something: its row says so, and is held.
pub(crate) async fn grow(cx: &mut Cx, id: ImportId, by: i64) -> DbResult<bool> {
    let now = cx.now();
    let grown = cx
        .sql(sql!(
            "UPDATE imports SET size = size + $2, touched_at = $3 WHERE id = $1 AND state = 'receiving'"
        ))
        .bind(id)
        .bind(by)
        .bind(now)
        .execute()
        .await?;
    Ok(grown == 1)
}

/// The file is there. False when it was cancelled meanwhile.
pub(crate) async fn make_wait(cx: &mut Cx, id: ImportId, digest: [u8; 32]) -> DbResult<bool> {
    let changed = cx
        .sql(sql!(
            "UPDATE imports SET state = 'waiting', digest = $2 WHERE id = $1 AND state = 'receiving'"
        ))
        .bind(id)
        .bind(digest)
        .execute()
        .await?;
    Ok(changed == 1)
}

pub(crate) async fn delete(cx: &mut Cx, id: ImportId) -> DbResult<()> {
    cx.sql(sql!("DELETE FROM imports WHERE id = $1 RETURNING id"))
        .bind(id)
        .heavy()
        .all::<(ImportId,)>()
        .await?;
    Ok(())
}

/// Deletes an import that is over, with its faults and rows; false when there is none of that id.
pub(crate) async fn delete_over(cx: &mut Cx, id: ImportId) -> DbResult<bool> {
    let deleted: Option<(ImportId,)> = cx
        .sql(sql!(
            "DELETE FROM imports WHERE id = $1 AND state IN ('done', 'failed', 'cancelled') RETURNING id"
        ))
        .bind(id)
        .heavy()
        .optional()
        .await?;
    Ok(deleted.is_some())
}

/// Deletes one import that was over by that time; false when none is left.
pub(crate) async fn delete_old(cx: &mut Cx, before: Timestamp) -> DbResult<bool> {
    let deleted: Option<(ImportId,)> = cx
        .sql(sql!(
            "DELETE FROM imports WHERE id = (SELECT id FROM imports WHERE state IN ('done', 'failed', 'cancelled')
                 AND finished_at < $1 ORDER BY id LIMIT 1)
             RETURNING id"
        ))
        .bind(before)
        .heavy()
        .optional()
        .await?;
    Ok(deleted.is_some())
}

/// Deletes what began to arrive and has not grown since.
pub(crate) async fn delete_broken_off(cx: &mut Cx, before: Timestamp) -> DbResult<()> {
    cx.sql(sql!(
        "DELETE FROM imports WHERE state = 'receiving' AND touched_at < $1 RETURNING id"
    ))
    .bind(before)
    .heavy()
    .all::<(ImportId,)>()
    .await?;
    Ok(())
}

pub(crate) async fn is_one_arriving(cx: &mut Cx) -> DbResult<bool> {
    let found: Option<(ImportId,)> = cx
        .sql(sql!("SELECT id FROM imports WHERE state = 'receiving' LIMIT 1"))
        .optional()
        .await?;
    Ok(found.is_some())
}

pub(crate) async fn unfinished(cx: &mut Cx) -> DbResult<i64> {
    let (count,): (i64,) = cx
        .sql(sql!(
            "SELECT count(*) FROM imports WHERE state IN ('receiving', 'waiting', 'running')"
        ))
        .one()
        .await?;
    Ok(count)
}

pub(crate) async fn find(cx: &mut Cx, id: ImportId) -> DbResult<Option<Import>> {
    Ok(select(cx, Some(id), None, &Stretch::first(1)).await?.pop())
}

/// Newest first; or, in the other order, oldest first.
pub(crate) async fn list(
    cx: &mut Cx,
    state: Option<State>,
    stretch: &Stretch<ImportId>,
) -> DbResult<Vec<Import>> {
    select(cx, None, state, stretch).await
}

async fn select(
    cx: &mut Cx,
    id: Option<ImportId>,
    state: Option<State>,
    stretch: &Stretch<ImportId>,
) -> DbResult<Vec<Import>> {
    cx.sql(sql!(
        "SELECT id, kind, format, file_name, currency, size, state, position, next_row, header, rows_total, rows_read, created,
             updated, unchanged, rejected, faults, faults_omitted, rejected_bytes, failure_code, failure_detail, created_by,
             created_at, started_at, finished_at
         FROM imports WHERE 1 = 1{ AND id = $1}{ AND state = $2}{ AND {$3: id < $4 | id > $4}}
         ORDER BY {$3: id DESC | id} LIMIT $5"
    ))
    .bind_if(id)
    .bind_if(state.map(State::as_str))
    .choose(stretch.order)
    .bind_if(stretch.after)
    .bind(stretch.limit)
    .all()
    .await
}

/// The one whose turn it is: that came first of those that are not over.
pub(crate) async fn next(cx: &mut Cx) -> DbResult<Option<ImportId>> {
    let found: Option<(ImportId,)> = cx
        .sql(sql!(
            "SELECT id FROM imports WHERE state IN ('waiting', 'running') ORDER BY id LIMIT 1"
        ))
        .optional()
        .await?;
    Ok(found.map(|(id,)| id))
}

/// One of the same file that is not over.
pub(crate) async fn same(
    cx: &mut Cx,
    kind: &str,
    format: &str,
    digest: [u8; 32],
) -> DbResult<Option<ImportId>> {
    let found: Option<(ImportId,)> = cx
        .sql(sql!(
            "SELECT id FROM imports WHERE state IN ('waiting', 'running') AND kind = $1 AND format = $2 AND digest = $3
             ORDER BY id LIMIT 1"
        ))
        .bind(kind)
        .bind(format)
        .bind(digest)
        .optional()
        .await?;
    Ok(found.map(|(id,)| id))
}

/// Counts that a runner begins with it; says how many did since it last got further, and none when it is over.
pub(crate) async fn count_try(cx: &mut Cx, id: ImportId) -> DbResult<Option<i64>> {
    let tries: Option<(i64,)> = cx
        .sql(sql!(
            "UPDATE imports SET tries = tries + 1 WHERE id = $1 AND state IN ('waiting', 'running') RETURNING tries"
        ))
        .bind(id)
        .optional()
        .await?;
    Ok(tries.map(|(tries,)| tries))
}

/// A runner has left it in good order.
pub(crate) async fn forget_tries(cx: &mut Cx, id: ImportId) -> DbResult<()> {
    cx.sql(sql!("UPDATE imports SET tries = 0 WHERE id = $1"))
        .bind(id)
        .execute()
        .await?;
    Ok(())
}

/// The file was gone through and can be read.
pub(crate) async fn start(cx: &mut Cx, id: ImportId, survey: &Survey) -> DbResult<bool> {
    let now = cx.now();
    let changed = cx
        .sql(sql!(
            "UPDATE imports SET state = 'running', header = $2, rows_total = $3, position = $4, next_row = $5,
                 started_at = $6, touched_at = $6
             WHERE id = $1 AND state = 'waiting'"
        ))
        .bind(id)
        .bind(serde_json::json!(survey.header))
        .bind(survey.rows)
        .bind(survey.begin.offset)
        .bind(survey.begin.row)
        .bind(now)
        .execute()
        .await?;
    Ok(changed == 1)
}

/// Takes the rows up to `to`: false when another runner has taken them, or the import was cancelled. Whoever comes second
/// waits here until the first has committed.
pub(crate) async fn advance(cx: &mut Cx, id: ImportId, from: Position, to: Position) -> DbResult<bool> {
    let now = cx.now();
    let changed = cx
        .sql(sql!(
            "UPDATE imports SET position = $3, next_row = $4, touched_at = $5, tries = 0
             WHERE id = $1 AND position = $2 AND state = 'running'"
        ))
        .bind(id)
        .bind(from.offset)
        .bind(to.offset)
        .bind(to.row)
        .bind(now)
        .execute()
        .await?;
    Ok(changed == 1)
}

/// Writes what came of the rows that were taken.
pub(crate) async fn count(cx: &mut Cx, import: &Import) -> DbResult<()> {
    let counts = import.counts;
    cx.sql(sql!(
        "UPDATE imports SET rows_read = $2, created = $3, updated = $4, unchanged = $5, rejected = $6, faults = $7,
             faults_omitted = $8, rejected_bytes = $9
         WHERE id = $1"
    ))
    .bind(import.id)
    .bind(counts.rows)
    .bind(counts.created)
    .bind(counts.updated)
    .bind(counts.unchanged)
    .bind(counts.rejected)
    .bind(import.faults)
    .bind(import.faults_omitted)
    .bind(import.rejected_bytes)
    .execute()
    .await?;
    Ok(())
}

/// Ends an import that is not over; false when it is.
pub(crate) async fn finish(
    cx: &mut Cx,
    id: ImportId,
    state: State,
    failure: Option<&Failed>,
) -> DbResult<bool> {
    let now = cx.now();
    let changed = cx
        .sql(sql!(
            "UPDATE imports SET state = $2, failure_code = $3, failure_detail = $4, finished_at = $5, touched_at = $5
             WHERE id = $1 AND state IN ('receiving', 'waiting', 'running')"
        ))
        .bind(id)
        .bind(state.as_str())
        .bind(failure.map(|failure| &failure.code))
        .bind(failure.map(|failure| &failure.detail))
        .bind(now)
        .execute()
        .await?;
    Ok(changed == 1)
}
