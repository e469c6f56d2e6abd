//! What is wrong with the records that were left out.

use stoa_http::{ApiError, Json, ListQuery, Page, Path, Query, Scope};

use crate::{
    domain::{Fault, ImportId},
    permissions::ImportsRead,
    service, store,
};

/// What is wrong with a file's rows, in their order: the first ten thousand faults.
#[utoipa::path(
    get, path = "/imports/{id}/faults", tag = "imports",
    params(("id" = ImportId, Path, description = "An import"), ListQuery),
    responses((status = 200, body = Page<Fault>), (status = 404, description = "`imports.not_found`")),
    extensions(("x-permission" = json!("imports.read"))),
)]
pub(crate) async fn list(
    scope: Scope<ImportsRead>,
    Path(id): Path<ImportId>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<Fault>>, ApiError> {
    let list = query.parse(scope.cursors())?;
    let mut cx = scope.read().await?;
    let import = service::find(&mut cx, id).await?;
    let found = store::rejects::faults(&mut cx, import.id, list.after, list.fetch()).await?;
    Ok(Json(
        list.page(found, |fault| fault.number).map(|found| found.fault),
    ))
}
