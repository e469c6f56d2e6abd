//! Lists of products, and where a variant belongs.

use stoa_core::Money;
use stoa_db::{Cx, DbResult, FromRow, Row, SortKey, Stretch, sql};

use super::columns::{prices, supply};
use crate::domain::{
    card::{Card, CardImage, PriceSpan},
    ids::{ProductId, VariantId},
    product::{ProductStatus, Tag},
    search::ProductSearch,
};

/// Which products a list holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProductFilter {
    pub(crate) status: Option<ProductStatus>,
    pub(crate) tag: Option<Tag>,
    pub(crate) search: Option<ProductSearch>,
}

/// Products as lists show them: newest first, oldest first, or by their titles, upwards or downwards. A row is a variant; prices span all of a product's.
/// A title is compared twice, since SQLite finds a place in an index over an expression by the plain comparison alone.
pub(crate) async fn cards(
    cx: &mut Cx,
    filter: &ProductFilter,
    stretch: &Stretch<(SortKey, ProductId)>,
) -> DbResult<Vec<Card>> {
    let (search, after) = (filter.search.as_ref(), stretch.after.as_ref());
    let rows: Vec<Card> = cx
        .sql(sql!(
            "WITH page AS (
                 SELECT p.id, p.slug, p.title, p.status, p.created_at, p.version FROM products p
                 WHERE 1 = 1{ AND p.status = $1}{ AND EXISTS (
                     SELECT 1 FROM product_tags t WHERE t.tag = $2 AND t.product_id = p.id)}{ AND p.id IN (
                     SELECT id FROM products WHERE lower(title) >= $3 AND lower(title) < $4
                     UNION SELECT product_id FROM variants WHERE sku >= $5 AND sku < $6)}{
                     AND {$7: (p.created_at, p.id) < ($8, $9) | (p.created_at, p.id) > ($8, $9) |
                         lower(p.title) >= $8 AND (lower(p.title), p.id) > ($8, $9) |
                         lower(p.title) <= $8 AND (lower(p.title), p.id) < ($8, $9)}}
                 ORDER BY {$7: p.created_at DESC, p.id DESC | p.created_at, p.id |
                     lower(p.title), p.id | lower(p.title) DESC, p.id DESC} LIMIT $10)
             SELECT page.id, page.slug, page.title, page.status, i.url, i.alt, page.created_at, page.version,
                 v.price, v.compare_at, v.currency, v.stock, v.tracked, v.backorder
             FROM page
             JOIN variants v ON v.product_id = page.id
             LEFT JOIN product_images i ON i.product_id = page.id AND i.position = 0
             ORDER BY {$7: page.created_at DESC, page.id DESC | page.created_at, page.id |
                 lower(page.title), page.id | lower(page.title) DESC, page.id DESC}, v.position"
        ))
        .bind_if(filter.status.map(ProductStatus::as_str))
        .bind_if(filter.tag.as_ref())
        .bind_if(search.map(|search| &search.title.from))
        .bind_if(search.map(|search| &search.title.below))
        .bind_if(search.map(|search| &search.sku.from))
        .bind_if(search.map(|search| &search.sku.below))
        .choose(stretch.order)
        .bind_if(after.map(|(key, _)| key))
        .bind_if(after.map(|(_, id)| *id))
        .bind(stretch.limit)
        .all()
        .await?;
    Ok(fold(rows))
}

/// One card for each product, out of one for each variant.
fn fold(rows: Vec<Card>) -> Vec<Card> {
    let mut cards: Vec<Card> = Vec::new();
    for row in rows {
        match cards.last_mut() {
            Some(last) if last.id == row.id => last.span = last.span.and(row.span),
            _ => cards.push(row),
        }
    }
    cards
}

pub(crate) async fn count_products(cx: &mut Cx, status: ProductStatus) -> DbResult<i64> {
    let (count,) = cx
        .sql(sql!("SELECT count(*) FROM products WHERE status = $1"))
        .bind(status.as_str())
        .one()
        .await?;
    Ok(count)
}

/// The product that a variant belongs to.
pub(crate) async fn find_variant_product(cx: &mut Cx, variant: VariantId) -> DbResult<Option<ProductId>> {
    let found: Option<(ProductId,)> = cx
        .sql(sql!("SELECT product_id FROM variants WHERE id = $1"))
        .bind(variant)
        .optional()
        .await?;
    Ok(found.map(|(product,)| product))
}

impl FromRow for Card {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        let (id, slug, title, status) = (row.next()?, row.next()?, row.next()?, row.next()?);
        let (url, alt): (Option<String>, Option<String>) = (row.next()?, row.next()?);
        let (created_at, version) = (row.next()?, row.next()?);
        let (price, compare_at): (Money, Option<Money>) = prices(row)?;
        let span = PriceSpan::of(price, compare_at, supply(row)?);
        let image = url.map(|url| CardImage {
            url,
            alt: alt.unwrap_or_default(),
        });
        Ok(Self {
            id,
            slug,
            title,
            status,
            image,
            created_at,
            version,
            span,
        })
    }
}
