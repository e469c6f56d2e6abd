//! What was refused, and the rows that were left out.

use stoa_db::{Cx, DbResult, FromRow, Row, Stretch, Value, sql};

use crate::domain::{Fault, ImportId, texts};

/// A fault and its place among the faults of its import.
#[derive(Debug)]
pub(crate) struct NumberedFault {
    pub(crate) number: i64,
    pub(crate) fault: Fault,
}

/// A row that was left out, as it stood in the file.
#[derive(Debug, Clone)]
pub(crate) struct RejectedRow {
    pub(crate) row: i64,
    pub(crate) cells: Vec<String>,
}

impl FromRow for NumberedFault {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            number: row.next()?,
            fault: Fault::from_row(row)?,
        })
    }
}

impl FromRow for RejectedRow {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            row: row.next()?,
            cells: texts(row.next()?),
        })
    }
}

/// Adds faults, numbered on from those that are there.
pub(crate) async fn insert_faults(
    cx: &mut Cx,
    import: ImportId,
    there: i64,
    faults: &[Fault],
) -> DbResult<()> {
    let rows = (there + 1..).zip(faults).map(|(number, fault)| {
        vec![
            Value::from(import),
            number.into(),
            fault.row.into(),
            (&fault.column).into(),
            (&fault.code).into(),
            (&fault.reason).into(),
        ]
    });
    cx.sql(sql!(
        "INSERT INTO import_faults (import_id, number, row_number, column_name, code, reason)
         VALUES ($1, $2, $3, $4, $5, $6)"
    ))
    .execute_each(rows)
    .await?;
    Ok(())
}

pub(crate) async fn insert_rows(cx: &mut Cx, import: ImportId, rows: &[RejectedRow]) -> DbResult<()> {
    let rows = rows
        .iter()
        .map(|row| vec![import.into(), row.row.into(), serde_json::json!(row.cells).into()]);
    cx.sql(sql!(
        "INSERT INTO import_rejected_rows (import_id, row_number, cells) VALUES ($1, $2, $3)"
    ))
    .execute_each(rows)
    .await?;
    Ok(())
}

/// In the order they were found; or, in the other order, the last first.
pub(crate) async fn faults(
    cx: &mut Cx,
    import: ImportId,
    code: Option<&str>,
    stretch: &Stretch<i64>,
) -> DbResult<Vec<NumberedFault>> {
    cx.sql(sql!(
        "SELECT number, row_number, column_name, code, reason FROM import_faults
         WHERE import_id = $1{ AND code = $2}{ AND {$3: number > $4 | number < $4}}
         ORDER BY {$3: number | number DESC} LIMIT $5"
    ))
    .bind(import)
    .bind_if(code)
    .choose(stretch.order)
    .bind_if(stretch.after)
    .bind(stretch.limit)
    .all()
    .await
}

/// In the file's order.
pub(crate) async fn rows(
    cx: &mut Cx,
    import: ImportId,
    after: i64,
    limit: i64,
) -> DbResult<Vec<RejectedRow>> {
    cx.sql(sql!(
        "SELECT row_number, cells FROM import_rejected_rows WHERE import_id = $1 AND row_number > $2
         ORDER BY row_number LIMIT $3"
    ))
    .bind(import)
    .bind(after)
    .bind(limit)
    .heavy()
    .all()
    .await
}

/// What is wrong with rows of a stretch of the file.
pub(crate) async fn faults_of_rows(
    cx: &mut Cx,
    import: ImportId,
    first: i64,
    last: i64,
) -> DbResult<Vec<Fault>> {
    cx.sql(sql!(
        "SELECT row_number, column_name, code, reason FROM import_faults
         WHERE import_id = $1 AND row_number >= $2 AND row_number <= $3 ORDER BY row_number, number"
    ))
    .bind(import)
    .bind(first)
    .bind(last)
    .all()
    .await
}
