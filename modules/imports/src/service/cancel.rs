//! Ends an import before its file ends. What was imported stays.

use stoa_db::Cx;

use crate::{
    domain::{Import, ImportId, State},
    error::ImportsError,
    events::ImportCancelled,
    store,
};

pub(crate) async fn cancel(cx: &mut Cx, id: ImportId) -> Result<Import, ImportsError> {
    // Waits for a batch that is being written, which then counts; the next one finds the import over.
    let is_ended = store::imports::finish(cx, id, State::Cancelled, None).await?;
    let import = super::find(cx, id).await?;
    if !is_ended {
        return Err(ImportsError::Over);
    }
    store::chunks::delete_all(cx, id).await?;
    cx.record(&ImportCancelled { import: id });
    Ok(import)
}
