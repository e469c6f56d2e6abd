//! Imports: how far each is, and an end to it.

use axum::Extension;
use stoa_http::{ApiError, Json, ListQuery, NoContent, Page, Path, Query, Scope};

use super::views::ImportView;
use crate::{
    Imports,
    domain::ImportId,
    permissions::{ImportsRead, ImportsWrite},
    service, store,
};

/// The business's imports, newest first.
#[utoipa::path(
    get, path = "/imports", tag = "imports", params(ListQuery),
    responses((status = 200, body = Page<ImportView>)),
    extensions(("x-permission" = json!("imports.read"))),
)]
pub(crate) async fn list(
    scope: Scope<ImportsRead>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<ImportView>>, ApiError> {
    let list = query.parse(scope.cursors())?;
    let mut cx = scope.read().await?;
    let found = store::imports::list(&mut cx, list.after, list.fetch()).await?;
    Ok(Json(list.page(found, |import| import.id).map(ImportView::from)))
}

/// How far an import is, and what came of it.
#[utoipa::path(
    get, path = "/imports/{id}", tag = "imports",
    params(("id" = ImportId, Path, description = "An import")),
    responses((status = 200, body = ImportView), (status = 404, description = "`imports.not_found`")),
    extensions(("x-permission" = json!("imports.read"))),
)]
pub(crate) async fn show(
    scope: Scope<ImportsRead>,
    Path(id): Path<ImportId>,
) -> Result<Json<ImportView>, ApiError> {
    let mut cx = scope.read().await?;
    Ok(Json(service::find(&mut cx, id).await?.into()))
}

/// Deletes an import that is over, with its faults and the rows that were left out. What was imported stays.
///
/// Needs the permission of what was imported besides, such as `products.write`. Thirty days after it was over, an import is
/// deleted by itself.
#[utoipa::path(
    delete, path = "/imports/{id}", tag = "imports",
    params(("id" = ImportId, Path, description = "An import that is over")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 404, description = "`imports.not_found`"),
        (status = 409, description = "`imports.not_over`: cancel it first"),
    ),
    extensions(("x-permission" = json!("imports.write"))),
)]
pub(crate) async fn delete(
    scope: Scope<ImportsWrite>,
    Extension(imports): Extension<Imports>,
    Path(id): Path<ImportId>,
) -> Result<NoContent, ApiError> {
    let mut cx = scope.begin().await?;
    let import = service::delete(&mut cx, id).await?;
    if let Some(kind) = imports.kind(&import.kind) {
        scope.check_permission(kind.permission)?;
    }
    cx.commit().await?;
    Ok(NoContent)
}

/// Ends an import before its file ends. What was imported stays.
///
/// Needs the permission of what is imported besides, such as `products.write`.
#[utoipa::path(
    post, path = "/imports/{id}/cancellation", tag = "imports",
    params(("id" = ImportId, Path, description = "An import that is not over")),
    responses(
        (status = 200, body = ImportView),
        (status = 404, description = "`imports.not_found`"),
        (status = 409, description = "`imports.over`"),
    ),
    extensions(("x-permission" = json!("imports.write"))),
)]
pub(crate) async fn cancel(
    scope: Scope<ImportsWrite>,
    Extension(imports): Extension<Imports>,
    Path(id): Path<ImportId>,
) -> Result<Json<ImportView>, ApiError> {
    let mut cx = scope.begin().await?;
    let import = service::cancel(&mut cx, id).await?;
    if let Some(kind) = imports.kind(&import.kind) {
        scope.check_permission(kind.permission)?;
    }
    cx.commit().await?;
    Ok(Json(import.into()))
}
