//! What an import is, and where in its file it stands.

use serde::{Deserialize, Serialize};
use stoa_core::{Currency, TextError, Timestamp, typed_id};
use stoa_db::{DbResult, FromRow, Row, column_text};
use utoipa::ToSchema;

typed_id!(/** A file that was sent to be imported. */ pub ImportId, "imp");

/// The file is kept in pieces of this length; only the last one may be shorter.
pub(crate) const CHUNK: usize = 256 * 1024;

/// Where a row begins: the byte of the file, and the row's number as a spreadsheet counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) offset: i64,
    pub(crate) row: i64,
}

impl Position {
    /// The first row, after so many bytes that are no text.
    pub(crate) fn after(bytes: usize) -> Self {
        Self {
            offset: i64::try_from(bytes).unwrap_or(i64::MAX),
            row: 1,
        }
    }
}

/// What going through a file once has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Survey {
    pub(crate) header: Vec<String>,
    /// Without the header and without blank ones.
    pub(crate) rows: i64,
    /// Where the first record begins.
    pub(crate) begin: Position,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportState)]
pub enum State {
    /// The file is still arriving.
    Receiving,
    /// Others are before it.
    Waiting,
    Running,
    /// The file was read to its end; some records may have been rejected.
    Done,
    /// The file cannot be imported.
    Failed,
    Cancelled,
}

impl State {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, TextError> {
        [
            Self::Receiving,
            Self::Waiting,
            Self::Running,
            Self::Done,
            Self::Failed,
            Self::Cancelled,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
        .ok_or_else(|| TextError {
            code: "state.unknown",
            detail: "must be receiving, waiting, running, done, failed or cancelled".to_owned(),
        })
    }

    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

column_text!(State);

/// What came of an import so far. Counts records, such as products, but for `rows`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// Rows read, without the header and without blank ones.
    #[schema(example = 22)]
    pub rows: i64,
    #[schema(example = 18)]
    pub created: i64,
    #[schema(example = 1)]
    pub updated: i64,
    /// Already as the file says.
    #[schema(example = 0)]
    pub unchanged: i64,
    /// Left out, since a row of theirs is wrong.
    #[schema(example = 1)]
    pub rejected: i64,
}

/// Why an import ended before the file did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ImportFailure)]
pub struct Failed {
    #[schema(example = "imports.encoding")]
    pub code: String,
    #[schema(
        example = "Row 7 is not UTF-8 text (older spreadsheets write Latin-1); save it as “CSV UTF-8” and send it again. \
                   Nothing was imported."
    )]
    pub detail: String,
}

/// An import, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    pub id: ImportId,
    pub kind: String,
    pub format: String,
    pub file_name: String,
    /// What prices in it are in: the business's.
    pub(crate) currency: Currency,
    /// Of the file, in bytes.
    pub size: i64,
    pub state: State,
    pub(crate) position: Position,
    /// The file's own; none before it was gone through.
    pub(crate) header: Option<Vec<String>>,
    /// Rows of the file, without the header and without blank ones; none before it was gone through.
    pub rows_total: Option<i64>,
    pub counts: Counts,
    /// What is wrong with the rejected records: so many faults are kept, and so many came after those.
    pub faults: i64,
    pub faults_omitted: i64,
    /// What is kept of the rows that were left out.
    pub(crate) rejected_bytes: i64,
    pub failure: Option<Failed>,
    /// Who sent it, as the journal names them.
    pub by: String,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
}

impl FromRow for Import {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            id: row.next()?,
            kind: row.next()?,
            format: row.next()?,
            file_name: row.next()?,
            currency: row.next()?,
            size: row.next()?,
            state: row.next()?,
            position: Position {
                offset: row.next()?,
                row: row.next()?,
            },
            header: row.next::<Option<serde_json::Value>>()?.map(texts),
            rows_total: row.next()?,
            counts: Counts {
                rows: row.next()?,
                created: row.next()?,
                updated: row.next()?,
                unchanged: row.next()?,
                rejected: row.next()?,
            },
            faults: row.next()?,
            faults_omitted: row.next()?,
            rejected_bytes: row.next()?,
            failure: failed(row.next()?, row.next()?),
            by: row.next()?,
            created_at: row.next()?,
            started_at: row.next()?,
            finished_at: row.next()?,
        })
    }
}

fn failed(code: Option<String>, detail: Option<String>) -> Option<Failed> {
    Some(Failed {
        code: code?,
        detail: detail?,
    })
}

/// A list of texts out of JSON.
pub(crate) fn texts(json: serde_json::Value) -> Vec<String> {
    serde_json::from_value(json).unwrap_or_default()
}

/// What is wrong with a cell, or with a row when it names no column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ImportFault)]
pub struct Fault {
    /// As a spreadsheet counts: the header is row 1, and blank rows count.
    #[schema(example = 7)]
    pub row: i64,
    /// As the file's header names it.
    #[schema(example = "Variant Price")]
    pub column: String,
    #[schema(example = "money.invalid")]
    pub code: String,
    #[schema(example = "must be an amount in BDT such as 1299.00")]
    pub reason: String,
}

impl FromRow for Fault {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            row: row.next()?,
            column: row.next()?,
            code: row.next()?,
            reason: row.next()?,
        })
    }
}
