//! What the job that runs imports says of how far it is: the same as the import says, in the same unit of work.

use stoa_db::{Cx, DbResult};
use stoa_jobs::Running;

use crate::domain::Import;

/// Rows of the import that is being run, of how many once its file was gone through.
pub(super) async fn note_progress(job: &Running, cx: &mut Cx, import: &Import) -> DbResult<()> {
    let doing = match import.rows_total {
        Some(_) => "bringing in",
        None => "going through",
    };
    let note = format!("{doing} {} ({})", import.file_name, import.id);
    job.note_progress(cx, import.counts.rows, import.rows_total, Some(&note))
        .await
}
