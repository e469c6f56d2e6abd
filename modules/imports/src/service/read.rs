//! Reads the file of an import out of the tenant's store, row by row and record by record.

use stoa_db::{DbError, TenantDb};

use crate::{
    csv::{Parser, Row, sniff},
    domain::{CHUNK, ImportId, Position},
    error::Unusable,
    kind::Importer,
    store,
};

/// A record with more is none: its key was repeated by mistake down the whole column.
const MAX_ROWS: usize = 1000;
/// Or takes more memory than such a record does when it is one.
const MAX_SIZE: usize = 8 * 1024 * 1024;

/// Why an import does not go on.
#[derive(Debug)]
pub(crate) enum Halt {
    /// Nobody can read the file.
    Unusable(Unusable),
    /// It is over already, or another runner goes on with it.
    Left,
    Db(DbError),
}

impl From<Unusable> for Halt {
    fn from(unusable: Unusable) -> Self {
        Self::Unusable(unusable)
    }
}

impl From<DbError> for Halt {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

/// The rows of a file, from some row on. Blank ones are passed over.
pub(super) struct Rows<'a> {
    store: &'a TenantDb,
    import: ImportId,
    size: i64,
    parser: Parser,
    /// The next piece to be fetched, and what is left of the one before.
    chunk: i64,
    buffer: Vec<u8>,
    at: usize,
    is_over: bool,
}

/// The rows that make one thing, such as a product.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) rows: Vec<Row>,
    /// Where the next one begins.
    pub(super) end: Position,
    /// There were more rows than any record has; they are not kept.
    pub(super) is_cut: bool,
}

/// The records of a file, from some record on.
pub(super) struct Records<'a> {
    rows: Rows<'a>,
    /// The row that showed that the record before it had ended.
    next: Option<Row>,
}

impl<'a> Rows<'a> {
    /// From the beginning.
    pub(super) async fn whole(store: &'a TenantDb, import: ImportId, size: i64) -> Result<Self, Halt> {
        let start = fetch(store, import, 0).await?;
        Ok(Self::at(store, import, size, Position::after(sniff(&start)?)))
    }

    /// From where a row begins.
    pub(super) fn at(store: &'a TenantDb, import: ImportId, size: i64, position: Position) -> Self {
        let length = i64::try_from(CHUNK).unwrap_or(i64::MAX);
        Self {
            store,
            import,
            size,
            parser: Parser::at(position),
            chunk: position.offset / length,
            buffer: Vec::new(),
            at: usize::try_from(position.offset % length).unwrap_or(0),
            is_over: false,
        }
    }

    /// The next row that is not blank.
    pub(super) async fn next(&mut self) -> Result<Option<Row>, Halt> {
        loop {
            match self.any().await? {
                Some(row) if row.is_blank() => {}
                found => return Ok(found),
            }
        }
    }

    /// Where the row after the last one begins.
    pub(super) fn position(&self) -> Position {
        self.parser.position()
    }

    async fn any(&mut self) -> Result<Option<Row>, Halt> {
        loop {
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            if !rest.is_empty() {
                self.at += self.parser.push(rest)?;
                if let Some(row) = self.parser.take() {
                    return Ok(Some(row));
                }
            } else if self.parser.position().offset < self.size {
                self.refill().await?;
            } else if self.is_over {
                return Ok(None);
            } else {
                self.is_over = true;
                return Ok(self.parser.end()?);
            }
        }
    }

    async fn refill(&mut self) -> Result<(), Halt> {
        // Statements on SQLite run in place: without this a long file would hold up the other tasks of this worker.
        tokio::task::yield_now().await;
        // At first the offset in the piece, then its end.
        self.at = if self.buffer.is_empty() { self.at } else { 0 };
        self.buffer = fetch(self.store, self.import, self.chunk).await?;
        self.chunk += 1;
        Ok(())
    }
}

/// A piece of the file, which is there until the import is over.
async fn fetch(store: &TenantDb, import: ImportId, chunk: i64) -> Result<Vec<u8>, Halt> {
    let mut cx = store.read().await?;
    if let Some(bytes) = store::chunks::chunk(&mut cx, import, chunk).await? {
        return Ok(bytes);
    }
    match store::imports::find(&mut cx, import).await? {
        Some(import) if !import.state.is_over() => Err(Halt::Db(DbError::Unexpected(format!(
            "{} lacks piece {chunk} of its file",
            import.id
        )))),
        _ => Err(Halt::Left),
    }
}

impl<'a> Records<'a> {
    pub(super) fn new(rows: Rows<'a>) -> Self {
        Self { rows, next: None }
    }

    pub(super) async fn next(&mut self, importer: &dyn Importer) -> Result<Option<Record>, Halt> {
        let first = match self.next.take() {
            Some(row) => row,
            None => match self.rows.next().await? {
                Some(row) => row,
                None => return Ok(None),
            },
        };
        let mut size = first.size();
        let mut record = Record {
            end: first.start,
            rows: vec![first],
            is_cut: false,
        };
        while let Some(row) = self.rows.next().await? {
            if !record
                .rows
                .first()
                .is_some_and(|first| importer.continues(first, &row))
            {
                record.end = row.start;
                self.next = Some(row);
                return Ok(Some(record));
            }
            size += row.size();
            if record.rows.len() < MAX_ROWS && size <= MAX_SIZE {
                record.rows.push(row);
            } else {
                record.is_cut = true;
            }
        }
        record.end = self.rows.position();
        Ok(Some(record))
    }
}
