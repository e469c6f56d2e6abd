//! Imports as the API shows them.

use serde::Serialize;
use stoa_core::Timestamp;
use utoipa::ToSchema;

use crate::domain::{Counts, Failed, Import, ImportId, State};

/// A file that was sent to be imported, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Import)]
pub(crate) struct ImportView {
    id: ImportId,
    #[schema(example = "products")]
    kind: String,
    #[schema(example = "shopify")]
    format: String,
    #[schema(example = "products_export.csv")]
    file_name: String,
    /// Of the file, in bytes.
    #[schema(example = 14382)]
    size: i64,
    state: State,
    /// Rows of the file, without the header and without blank ones; null before it was gone through.
    #[schema(example = 22)]
    rows_total: Option<i64>,
    #[serde(flatten)]
    counts: Counts,
    /// How many faults are kept; each can be read, and the rows that were left out be downloaded.
    #[schema(example = 1)]
    faults: i64,
    /// How many faults came after those. Their rows are not in the download.
    #[schema(example = 0)]
    faults_omitted: i64,
    /// Why it failed, if it did.
    failure: Option<Failed>,
    /// As the journal names them.
    #[schema(example = "user:usr_01kag2w3x4e5f6g7h8j9k0m1n2")]
    created_by: String,
    created_at: Timestamp,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
}

impl From<Import> for ImportView {
    fn from(import: Import) -> Self {
        Self {
            id: import.id,
            kind: import.kind,
            format: import.format,
            file_name: import.file_name,
            size: import.size,
            state: import.state,
            rows_total: import.rows_total,
            counts: import.counts,
            faults: import.faults,
            faults_omitted: import.faults_omitted,
            failure: import.failure,
            created_by: import.by,
            created_at: import.created_at,
            started_at: import.started_at,
            finished_at: import.finished_at,
        }
    }
}
