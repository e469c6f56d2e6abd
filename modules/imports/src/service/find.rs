//! Looks an import up.

use stoa_db::Cx;

use crate::{
    domain::{Import, ImportId},
    error::ImportsError,
    store,
};

pub(crate) async fn find(cx: &mut Cx, id: ImportId) -> Result<Import, ImportsError> {
    store::imports::find(cx, id).await?.ok_or(ImportsError::NotFound)
}
