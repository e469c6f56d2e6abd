//! `/products` and `/products/{slug}`: the same for every visitor, so kept until something changes.

use axum::http::StatusCode;
use serde::Serialize;
use stoa_core::Slug;
use stoa_db::{Cx, SortKey, Stretch};
use stoa_http::{ApiError, Path, Query, Visitor};
use stoa_sites::{Page, PageMeta, render};

use super::views::{Card, ProductPage, product_url};
use crate::{
    domain::{
        ids::ProductId,
        product::{Product, ProductStatus},
    },
    error::CommerceError,
    store::{self, ProductFilter, ProductKey},
};

const PER_PAGE: usize = 24;
/// What search engines show of a description.
const EXCERPT: usize = 160;

#[derive(Debug, serde::Deserialize)]
pub(crate) struct ProductsQuery {
    after: Option<String>,
}

#[derive(Serialize)]
struct Products {
    products: Vec<Card>,
    next_url: Option<String>,
    total: i64,
}

#[derive(Serialize)]
struct ProductData<'p> {
    product: ProductPage,
    error: Option<&'p str>,
    form: &'p TypedLine,
}

/// What a shopper typed into the form of a product.
#[derive(Debug, Default, Serialize)]
pub(crate) struct TypedLine {
    pub(crate) variant: String,
    pub(crate) quantity: String,
}

pub(crate) async fn products(visitor: Visitor, Query(query): Query<ProductsQuery>) -> Result<Page, ApiError> {
    let after: Option<(SortKey, ProductId)> = query
        .after
        .map(|cursor| visitor.cursors().read(&cursor))
        .transpose()?;
    let filter = ProductFilter {
        status: Some(ProductStatus::Active),
        ..ProductFilter::default()
    };
    let mut cx = visitor.read().await?;
    // One more than is shown tells whether there is a next page.
    let limit = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
    let stretch = Stretch {
        after,
        ..Stretch::first(limit)
    };
    let mut cards = store::cards(&mut cx, &filter, &stretch).await?;
    let has_next = cards.len() > PER_PAGE;
    cards.truncate(PER_PAGE);
    let last = cards
        .last()
        .filter(|_| has_next)
        .map(|card| (SortKey::from(card.created_at), card.id));
    let data = Products {
        next_url: last.map(|key| format!("/products?after={}", visitor.cursors().write(&key))),
        total: store::count_products(&mut cx, ProductStatus::Active).await?,
        products: cards.into_iter().map(Card::from).collect(),
    };
    let meta = PageMeta {
        template: "products.html",
        path: "/products".into(),
        title: Some("Products".into()),
        description: None,
    };
    Ok(render(&mut cx, &visitor, meta, data).await?.shared_by_cursor())
}

pub(crate) async fn product(visitor: Visitor, Path(slug): Path<String>) -> Result<Page, ApiError> {
    let slug = Slug::parse(&slug).map_err(|_| CommerceError::ProductNotFound)?;
    let mut cx = visitor.read().await?;
    let product = store::product(&mut cx, &ProductKey::Slug(slug), Some(ProductStatus::Active)).await?;
    let product = product.ok_or(CommerceError::ProductNotFound)?;
    Ok(
        render_product(&mut cx, &visitor, product, None, &TypedLine::default())
            .await?
            .shared(),
    )
}

/// The page of the product that a variant belongs to, once more with what was typed and why it was refused.
pub(super) async fn product_again(
    cx: &mut Cx,
    visitor: &Visitor,
    typed: &TypedLine,
    error: &str,
    status: StatusCode,
) -> Result<Page, ApiError> {
    let variant = typed
        .variant
        .parse()
        .map_err(|_| CommerceError::VariantNotFound)?;
    let id = store::find_variant_product(cx, variant)
        .await?
        .ok_or(CommerceError::VariantNotFound)?;
    let product = store::product(cx, &ProductKey::Id(id), Some(ProductStatus::Active)).await?;
    let product = product.ok_or(CommerceError::VariantNotFound)?;
    Ok(render_product(cx, visitor, product, Some(error), typed)
        .await?
        .with_status(status))
}

async fn render_product(
    cx: &mut Cx,
    visitor: &Visitor,
    product: Product,
    error: Option<&str>,
    form: &TypedLine,
) -> Result<Page, ApiError> {
    let path = product_url(product.slug.as_str());
    let title = product.about.title.as_str().to_owned();
    let excerpt = product.about.description.excerpt(EXCERPT);
    let meta = PageMeta {
        template: "product.html",
        path: path.into(),
        title: Some(title.into()),
        description: (!excerpt.is_empty()).then(|| excerpt.into()),
    };
    let data = ProductData {
        product: ProductPage::of(product).ok_or(CommerceError::ProductNotFound)?,
        error,
        form,
    };
    Ok(render(cx, visitor, meta, data).await?)
}
