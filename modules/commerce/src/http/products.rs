//! `/ecommerce/products`.

use axum::{Extension, response::Response};
use serde::Deserialize;
use stoa_core::{FieldErrors, Slug, Text};
use stoa_db::SortKey;
use stoa_http::{
    ApiError, Cores, Created, IdempotencyKey, Json, List, Listing, NoContent, Once, Page, Path, Scope,
};
use utoipa::IntoParams;

use super::{
    product_bodies::CreateProduct,
    product_changes::ChangeProductBody,
    product_views::{ProductSummary, ProductView},
};
use crate::{
    domain::{
        card::Card,
        ids::ProductId,
        product::{ProductStatus, Tag},
        search::{ProductSearch, folded},
    },
    error::CommerceError,
    permissions::{ProductsRead, ProductsWrite},
    service,
    store::{self, ProductFilter, ProductKey},
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
    /// How the title begins, in capitals or not, or one of the SKUs.
    #[param(example = "linen sh")]
    q: Option<String>,
}

/// The products of the business, newest first.
#[utoipa::path(
    get,
    path = "/ecommerce/products",
    tag = "products",
    params(List<ProductsQuery>),
    responses(
        (status = 200, body = Page<ProductSummary>),
        (status = 422, description = "`request.invalid`: an unknown status, sort or parameter, a tag that can be none"),
    ),
    extensions(("x-permission" = json!("products.read")))
)]
pub(crate) async fn list(
    scope: Scope<ProductsRead>,
    list: List<ProductsQuery>,
) -> Result<Json<Page<ProductSummary>>, ApiError> {
    let mut cx = scope.read().await?;
    let cards = store::cards(&mut cx, &list.filter, &list.stretch).await?;
    Ok(Json(list.page(cards).map(ProductSummary::from)))
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
    Extension(cores): Extension<Cores>,
    Once { body, key }: Once<CreateProduct>,
) -> Result<Response, ApiError> {
    let draft = body.parse_on(&cores, scope.tenant.currency).await?;
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
    Extension(cores): Extension<Cores>,
    Path(id): Path<ProductId>,
    Json(body): Json<ChangeProductBody>,
) -> Result<Json<ProductView>, ApiError> {
    let command = body.parse_on(&cores).await?;
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

impl Listing for ProductsQuery {
    const SORTS: &'static [&'static str] = &["-created_at", "created_at", "title", "-title"];
    type Filter = ProductFilter;
    type Item = Card;
    type Key = (SortKey, ProductId);

    fn filter(self) -> Result<ProductFilter, FieldErrors> {
        let mut errors = FieldErrors::new();
        let status = errors.check(
            "status",
            self.status.as_deref().map(ProductStatus::parse).transpose(),
        );
        let tag = errors.check("tag", self.tag.as_deref().map(Tag::parse).transpose());
        let q = errors.check("q", self.q.as_deref().map(Text::parse).transpose());
        let (status, tag, q) = errors.finish((status, tag, q))?;
        Ok(ProductFilter {
            status,
            tag,
            search: q.as_ref().map(ProductSearch::of),
        })
    }

    fn key(card: &Card, sort: &str) -> (SortKey, ProductId) {
        let key = match sort {
            "title" | "-title" => folded(&card.title).into(),
            _ => card.created_at.into(),
        };
        (key, card.id)
    }
}

/// An id has an underscore and a slug has none, so a text is one of them at most.
fn key(text: &str) -> Option<ProductKey> {
    match text.parse() {
        Ok(id) => Some(ProductKey::Id(id)),
        Err(_) => Slug::parse(text).ok().map(ProductKey::Slug),
    }
}
