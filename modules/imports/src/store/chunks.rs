//! The pieces of a file.

use stoa_db::{Cx, DbResult, sql};

use crate::domain::ImportId;

pub(crate) async fn insert(cx: &mut Cx, import: ImportId, seq: i64, bytes: Vec<u8>) -> DbResult<()> {
    cx.sql(sql!(
        "INSERT INTO import_chunks (import_id, seq, bytes) VALUES ($1, $2, $3)"
    ))
    .bind(import)
    .bind(seq)
    .bind(bytes)
    .execute()
    .await?;
    Ok(())
}

pub(crate) async fn chunk(cx: &mut Cx, import: ImportId, seq: i64) -> DbResult<Option<Vec<u8>>> {
    let found: Option<(Vec<u8>,)> = cx
        .sql(sql!(
            "SELECT bytes FROM import_chunks WHERE import_id = $1 AND seq = $2"
        ))
        .bind(import)
        .bind(seq)
        .optional()
        .await?;
    Ok(found.map(|(bytes,)| bytes))
}

/// Deletes the file. Asks for something back, since only a query can be declared heavy.
pub(crate) async fn delete_all(cx: &mut Cx, import: ImportId) -> DbResult<()> {
    cx.sql(sql!(
        "DELETE FROM import_chunks WHERE import_id = $1 RETURNING seq"
    ))
    .bind(import)
    .heavy()
    .all::<(i64,)>()
    .await?;
    Ok(())
}
