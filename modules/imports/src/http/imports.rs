//! Imports: how far each is, and an end to it.

use axum::Extension;
use serde::Deserialize;
use stoa_core::FieldErrors;
use stoa_http::{ApiError, Json, List, Listing, NoContent, Page, Path, Scope};
use utoipa::IntoParams;

use super::views::ImportView;
use crate::{
    Imports,
    domain::{Import, ImportId, State},
    permissions::{ImportsRead, ImportsWrite},
    service, store,
};

/// Which imports.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportsQuery {
    /// `receiving`, `waiting`, `running`, `done`, `failed` or `cancelled`.
    #[param(example = "done")]
    state: Option<String>,
}

/// The business's imports, newest first.
#[utoipa::path(
    get, path = "/imports", tag = "imports", params(List<ImportsQuery>),
    responses((status = 200, body = Page<ImportView>)),
    extensions(("x-permission" = json!("imports.read"))),
)]
pub(crate) async fn list(
    scope: Scope<ImportsRead>,
    list: List<ImportsQuery>,
) -> Result<Json<Page<ImportView>>, ApiError> {
    let mut cx = scope.read().await?;
    let found = store::imports::list(&mut cx, list.filter, &list.stretch).await?;
    Ok(Json(list.page(found).map(ImportView::from)))
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

impl Listing for ImportsQuery {
    const SORTS: &'static [&'static str] = &["-created_at", "created_at"];
    type Filter = Option<State>;
    type Item = Import;
    type Key = ImportId;

    fn filter(self) -> Result<Option<State>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let state = errors.check("state", self.state.as_deref().map(State::parse).transpose());
        errors.finish((state,)).map(|(state,)| state)
    }

    fn key(import: &Import, _: &str) -> ImportId {
        import.id
    }
}
