//! `/ecommerce/products`.

use axum::response::Response;
use serde::Deserialize;
use stoa_core::{FieldErrors, Slug, Timestamp};
use stoa_http::{
    ApiError, Created, IdempotencyKey, Json, ListQuery, NoContent, Once, Page, Path, Query, Scope,
};
use utoipa::IntoParams;

use super::{
    product_bodies::CreateProduct,
    product_changes::ChangeProductBody,
    product_views::{ProductSummary, ProductView},
};
use crate::{
    domain::{
        ids::ProductId,
        product::{ProductStatus, Tag},
    },
    error::CommerceError,
    permissions::{ProductsRead, ProductsWrite},
    service,
    store::{self, After, ProductFilter, ProductKey},
};

/// Which products.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProductsQuery {
    /// `draft`, `active` or `archived`.
    #[param(example = "active")]
    status: Option<String>,
    /// Exactly this tag.
    #[param(example = "linen")]
    tag: Option<String>,
}

/// The products of the business, newest first.
#[utoipa::path(
    get,
    path = "/ecommerce/products",
    tag = "products",
    params(ProductsQuery, ListQuery),
    responses(
        (status = 200, body = Page<ProductSummary>),
        (status = 422, description = "`request.invalid`: an unknown status, a tag that can be none"),
    ),
    extensions(("x-permission" = json!("products.read")))
)]
pub(crate) async fn list(
    scope: Scope<ProductsRead>,
    Query(filter): Query<ProductsQuery>,
    Query(page): Query<ListQuery>,
) -> Result<Json<Page<ProductSummary>>, ApiError> {
    let filter = filter.parse()?;
    let request = page.parse::<(Timestamp, ProductId)>(scope.cursors())?;
    let after = request.after.map(|(at, id)| After { at, id });
    let mut cx = scope.read().await?;
    let cards = store::cards(&mut cx, &filter, after, request.fetch()).await?;
    Ok(Json(
        request
            .page(cards, |card| (card.created_at, card.id))
            .map(ProductSummary::from),
    ))
}

/// Makes a product.
#[utoipa::path(
    post,
    path = "/ecommerce/products",
    tag = "products",
    params(IdempotencyKey),
    request_body = CreateProduct,
    responses(
        (status = 201, body = ProductView),
        (status = 409, description = "`commerce.slug_taken`, `commerce.sku_taken`"),
        (status = 422, description = "`request.invalid`: every field that needs another value"),
    ),
    extensions(("x-permission" = json!("products.write")))
)]
pub(crate) async fn create(
    scope: Scope<ProductsWrite>,
    Once { body, key }: Once<CreateProduct>,
) -> Result<Response, ApiError> {
    let draft = body.parse(scope.tenant.currency)?;
    let mut cx = scope.begin().await?;
    if let Some(answer) = key.answered(&mut cx).await? {
        return Ok(answer);
    }
    let product = service::create_product(&mut cx, draft).await?;
    key.commit(cx, Created(ProductView::from(product))).await
}

/// One product, by its id or by its slug.
#[utoipa::path(
    get,
    path = "/ecommerce/products/{id}",
    tag = "products",
    params(("id" = String, Path, description = "An id or a slug", example = "linen-shirt")),
    responses(
        (status = 200, body = ProductView),
        (status = 404, description = "`commerce.product_not_found`"),
    ),
    extensions(("x-permission" = json!("products.read")))
)]
pub(crate) async fn show(
    scope: Scope<ProductsRead>,
    Path(id): Path<String>,
) -> Result<Json<ProductView>, ApiError> {
    let key = key(&id).ok_or(CommerceError::ProductNotFound)?;
    let mut cx = scope.read().await?;
    let product = store::product(&mut cx, &key, None)
        .await?
        .ok_or(CommerceError::ProductNotFound)?;
    Ok(Json(product.into()))
}

/// Changes what is said of a product. Its variants are changed one by one.
#[utoipa::path(
    patch,
    path = "/ecommerce/products/{id}",
    tag = "products",
    params(("id" = ProductId, Path)),
    request_body = ChangeProductBody,
    responses(
        (status = 200, body = ProductView),
        (status = 404, description = "`commerce.product_not_found`"),
        (status = 409, description = "`commerce.stale_version`, `commerce.slug_taken`"),
        (status = 422, description = "`request.invalid`: every field that needs another value"),
    ),
    extensions(("x-permission" = json!("products.write")))
)]
pub(crate) async fn change(
    scope: Scope<ProductsWrite>,
    Path(id): Path<ProductId>,
    Json(body): Json<ChangeProductBody>,
) -> Result<Json<ProductView>, ApiError> {
    let command = body.parse()?;
    let mut cx = scope.begin().await?;
    let product = service::change_product(&mut cx, id, command).await?;
    cx.commit().await?;
    Ok(Json(product.into()))
}

/// Deletes a product and its variants. Orders keep what they say of it; carts lose it.
#[utoipa::path(
    delete,
    path = "/ecommerce/products/{id}",
    tag = "products",
    params(("id" = ProductId, Path)),
    responses(
        (status = 204, description = "Deleted"),
        (status = 404, description = "`commerce.product_not_found`"),
    ),
    extensions(("x-permission" = json!("products.write")))
)]
pub(crate) async fn delete(
    scope: Scope<ProductsWrite>,
    Path(id): Path<ProductId>,
) -> Result<NoContent, ApiError> {
    let mut cx = scope.begin().await?;
    service::delete_product(&mut cx, id).await?;
    cx.commit().await?;
    Ok(NoContent)
}

impl ProductsQuery {
    fn parse(self) -> Result<ProductFilter, FieldErrors> {
        let mut errors = FieldErrors::new();
        let status = errors.check(
            "status",
            self.status.as_deref().map(ProductStatus::parse).transpose(),
        );
        let tag = errors.check("tag", self.tag.as_deref().map(Tag::parse).transpose());
        let (status, tag) = errors.finish((status, tag))?;
        Ok(ProductFilter { status, tag })
    }
}

/// An id has an underscore and a slug has none, so a text is one of them at most.
fn key(text: &str) -> Option<ProductKey> {
    match text.parse() {
        Ok(id) => Some(ProductKey::Id(id)),
        Err(_) => Slug::parse(text).ok().map(ProductKey::Slug),
    }
}
