//! One whole product in one statement: a round trip is what a page waits for.

use stoa_core::{Slug, Timestamp};
use stoa_db::{Cx, DbError, DbResult, FromRow, Row, parsed, sql};

use super::columns::{prices, supply};
use crate::domain::{
    html::Html,
    ids::ProductId,
    picture::{Picture, PictureUrl},
    product::{About, Label, Product, ProductStatus, Title},
    variant::{Choice, Offer, Variant},
};

/// Between the parts of one thing; checked text holds no control characters.
const UNIT: char = '\u{1f}';
/// Between things.
const RECORD: char = '\u{1e}';

/// What names a product.
#[derive(Debug, Clone)]
pub(crate) enum ProductKey {
    Id(ProductId),
    Slug(Slug),
}

/// The product, when there is one and it has `status` or none is asked for.
///
/// A row is a variant. What the product has once comes with the first variant, lists joined by control characters.
pub(crate) async fn product(
    cx: &mut Cx,
    key: &ProductKey,
    status: Option<ProductStatus>,
) -> DbResult<Option<Product>> {
    let (id, slug) = match key {
        ProductKey::Id(id) => (Some(*id), None),
        ProductKey::Slug(slug) => (None, Some(slug)),
    };
    let rows = cx
        .sql(sql!(
            "SELECT v.id, v.option1, v.option2, v.option3, v.version, v.sku, v.barcode, v.price, v.compare_at,
                 v.currency, v.weight_grams, v.stock, v.tracked, v.backorder, v.requires_shipping, v.taxable, v.position,
                 p.id, p.slug, p.title, p.vendor, p.product_type, p.status, p.created_at, p.updated_at, p.version,
                 CASE WHEN v.position = 0 THEN p.description_html END,
                 CASE WHEN v.position = 0 THEN (
                     SELECT string_agg(t.tag, '\u{1f}') FROM (
                         SELECT tag FROM product_tags WHERE product_id = p.id ORDER BY position) t) END,
                 CASE WHEN v.position = 0 THEN (
                     SELECT string_agg(o.name, '\u{1f}') FROM (
                         SELECT name FROM product_options WHERE product_id = p.id ORDER BY position) o) END,
                 CASE WHEN v.position = 0 THEN (
                     SELECT string_agg(
                         i.url || '\u{1f}' || i.alt || '\u{1f}' || coalesce(
                             CAST((SELECT w.position FROM variants w WHERE w.id = i.variant_id) AS text), ''),
                         '\u{1e}')
                     FROM (SELECT url, alt, variant_id FROM product_images
                           WHERE product_id = p.id ORDER BY position) i) END
             FROM products p JOIN variants v ON v.product_id = p.id
             WHERE 1 = 1{ AND p.id = $1}{ AND p.slug = $2}{ AND p.status = $3}
             ORDER BY v.position"
        ))
        .bind_if(id)
        .bind_if(slug)
        .bind_if(status.map(ProductStatus::as_str))
        .all::<ProductRow>()
        .await?;
    fold(rows)
}

/// One product out of its variants.
fn fold(rows: Vec<ProductRow>) -> DbResult<Option<Product>> {
    let mut variants = Vec::with_capacity(rows.len());
    let mut head = None;
    for row in rows {
        head = head.or(row.head);
        variants.push(row.variant);
    }
    match head {
        Some(head) => head.with(variants).map(Some),
        None if variants.is_empty() => Ok(None),
        None => Err(DbError::NoRow),
    }
}

struct ProductRow {
    variant: Variant,
    head: Option<Head>,
}

/// What a product has once.
struct Head {
    id: ProductId,
    slug: Slug,
    title: Title,
    vendor: Option<Label>,
    product_type: Option<Label>,
    status: ProductStatus,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: i64,
    description: Html,
    tags: Option<String>,
    options: Option<String>,
    pictures: Option<String>,
}

impl FromRow for ProductRow {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        let variant = variant(row)?;
        let is_first = row.next::<i64>()? == 0;
        Ok(Self {
            variant,
            head: is_first.then(|| Head::from_row(row)).transpose()?,
        })
    }
}

impl FromRow for Head {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            id: row.next()?,
            slug: row.next()?,
            title: row.next()?,
            vendor: row.next()?,
            product_type: row.next()?,
            status: row.next()?,
            created_at: row.next()?,
            updated_at: row.next()?,
            version: row.next()?,
            description: row.next()?,
            tags: row.next()?,
            options: row.next()?,
            pictures: row.next()?,
        })
    }
}

fn variant(row: &mut Row<'_>) -> DbResult<Variant> {
    let id = row.next()?;
    let choices = [row.next::<Option<Choice>>()?, row.next()?, row.next()?]
        .into_iter()
        .flatten()
        .collect();
    let version = row.next()?;
    let (sku, barcode) = (row.next()?, row.next()?);
    let (price, compare_at) = prices(row)?;
    let weight_grams = row.next()?;
    let supply = supply(row)?;
    let (requires_shipping, taxable) = (row.next()?, row.next()?);
    let offer = Offer {
        sku,
        barcode,
        price,
        compare_at,
        weight_grams,
        supply,
        requires_shipping,
        taxable,
    };
    Ok(Variant {
        id,
        choices,
        offer,
        version,
    })
}

impl Head {
    fn with(self, variants: Vec<Variant>) -> DbResult<Product> {
        let about = About {
            title: self.title,
            description: self.description,
            vendor: self.vendor,
            product_type: self.product_type,
            status: self.status,
            tags: parsed(
                split(self.tags.as_deref(), UNIT)
                    .map(stoa_core::Text::parse)
                    .collect(),
            )?,
        };
        Ok(Product {
            id: self.id,
            slug: self.slug,
            about,
            options: parsed(
                split(self.options.as_deref(), UNIT)
                    .map(stoa_core::Text::parse)
                    .collect(),
            )?,
            pictures: split(self.pictures.as_deref(), RECORD)
                .map(picture)
                .collect::<DbResult<_>>()?,
            variants,
            created_at: self.created_at,
            updated_at: self.updated_at,
            version: self.version,
        })
    }
}

fn split(joined: Option<&str>, separator: char) -> impl Iterator<Item = &str> {
    joined.into_iter().flat_map(move |joined| joined.split(separator))
}

fn picture(record: &str) -> DbResult<Picture> {
    let mut parts = record.split(UNIT);
    let url = parsed(PictureUrl::parse(parts.next().unwrap_or_default()))?;
    let alt = parts.next().unwrap_or_default().to_owned();
    Ok(Picture {
        url,
        alt,
        variant: parts.next().and_then(|position| position.parse().ok()),
    })
}
