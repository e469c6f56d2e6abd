//! Deletes an import that is over, with all that was told of it. What it brought in stays.

use stoa_db::Cx;

use crate::{
    domain::{Import, ImportId},
    error::ImportsError,
    events::ImportDeleted,
    store,
};

pub(crate) async fn delete(cx: &mut Cx, id: ImportId) -> Result<Import, ImportsError> {
    let import = super::find(cx, id).await?;
    if store::imports::delete_over(cx, id).await? {
        cx.record(&ImportDeleted { import: id });
        return Ok(import);
    }
    // Somebody else may have deleted it meanwhile.
    super::find(cx, id).await?;
    Err(ImportsError::NotOver)
}
