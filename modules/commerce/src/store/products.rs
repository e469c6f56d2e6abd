//! Writes products with all that belongs to them.

use stoa_core::Timestamp;
use stoa_db::{Cx, DbResult, args, sql};

use super::variants::{delete_other_variants, insert_variants, update_variants};
use crate::domain::{
    ids::{ImageId, ProductId},
    picture::Picture,
    product::{About, Product, Tag},
    variant::{OptionName, Variant},
};

/// Whether a guarded change found what it expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum Change {
    Done,
    /// Another version, or none any more.
    Stale,
}

impl Change {
    pub(super) fn of(rows: u64) -> Self {
        if rows == 1 { Self::Done } else { Self::Stale }
    }
}

pub(crate) async fn insert_product(cx: &mut Cx, product: &Product) -> DbResult<()> {
    let about = &product.about;
    cx.sql(sql!(
        "INSERT INTO products (id, slug, title, description_html, vendor, product_type, status, created_at,
             updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    ))
    .bind(product.id)
    .bind(&product.slug)
    .bind(&about.title)
    .bind(about.description.as_str())
    .bind(about.vendor.as_ref())
    .bind(about.product_type.as_ref())
    .bind(about.status.as_str())
    .bind(product.created_at)
    .bind(product.updated_at)
    .bind(product.version)
    .execute()
    .await?;
    insert_variants(cx, product.id, product.variants.iter().enumerate()).await?;
    insert_options(cx, product.id, &product.options).await?;
    insert_tags(cx, product.id, &about.tags).await?;
    insert_pictures(cx, product.id, &product.pictures, &product.variants).await
}

/// Writes what is said of the product, tags apart, when it still has `version`; raises the version.
pub(crate) async fn update_product(
    cx: &mut Cx,
    id: ProductId,
    version: i64,
    slug: &stoa_core::Slug,
    about: &About,
) -> DbResult<Change> {
    let now: Timestamp = cx.now();
    let rows = cx
        .sql(sql!(
            "UPDATE products SET slug = $3, title = $4, description_html = $5, vendor = $6, product_type = $7,
                 status = $8, updated_at = $9, version = version + 1
             WHERE id = $1 AND version = $2"
        ))
        .bind(id)
        .bind(version)
        .bind(slug)
        .bind(&about.title)
        .bind(about.description.as_str())
        .bind(about.vendor.as_ref())
        .bind(about.product_type.as_ref())
        .bind(about.status.as_str())
        .bind(now)
        .execute()
        .await?;
    Ok(Change::of(rows))
}

/// Makes the product what `after` says, when it is still at the version of `before`.
pub(crate) async fn replace_product(cx: &mut Cx, before: &Product, after: &Product) -> DbResult<Change> {
    if update_product(cx, before.id, before.version, &after.slug, &after.about).await? == Change::Stale {
        return Ok(Change::Stale);
    }
    delete_other_variants(cx, after.id, &after.variants).await?;
    let is_known = |variant: &Variant| before.variants.iter().any(|known| known.id == variant.id);
    let (known, new): (Vec<_>, Vec<_>) = after
        .variants
        .iter()
        .enumerate()
        .partition(|(_, variant)| is_known(variant));
    update_variants(cx, after.id, known.into_iter()).await?;
    insert_variants(cx, after.id, new.into_iter()).await?;
    cx.sql(sql!("DELETE FROM product_options WHERE product_id = $1"))
        .bind(after.id)
        .execute()
        .await?;
    insert_options(cx, after.id, &after.options).await?;
    replace_tags(cx, after.id, &after.about.tags).await?;
    replace_pictures(cx, after.id, &after.pictures, &after.variants).await?;
    Ok(Change::Done)
}

pub(crate) async fn replace_tags(cx: &mut Cx, id: ProductId, tags: &[Tag]) -> DbResult<()> {
    cx.sql(sql!("DELETE FROM product_tags WHERE product_id = $1"))
        .bind(id)
        .execute()
        .await?;
    insert_tags(cx, id, tags).await
}

pub(crate) async fn replace_pictures(
    cx: &mut Cx,
    id: ProductId,
    pictures: &[Picture],
    variants: &[Variant],
) -> DbResult<()> {
    cx.sql(sql!("DELETE FROM product_images WHERE product_id = $1"))
        .bind(id)
        .execute()
        .await?;
    insert_pictures(cx, id, pictures, variants).await
}

/// Deletes the product with its variants; answers its slug, or none when it was not there.
pub(crate) async fn delete_product(cx: &mut Cx, id: ProductId) -> DbResult<Option<String>> {
    let deleted: Option<(String,)> = cx
        .sql(sql!("DELETE FROM products WHERE id = $1 RETURNING slug"))
        .bind(id)
        .optional()
        .await?;
    Ok(deleted.map(|(slug,)| slug))
}

async fn insert_options(cx: &mut Cx, id: ProductId, options: &[OptionName]) -> DbResult<()> {
    let rows = (0_i64..)
        .zip(options)
        .map(|(position, name)| args![id, position, name]);
    cx.sql(sql!(
        "INSERT INTO product_options (product_id, position, name) VALUES ($1, $2, $3)"
    ))
    .execute_each(rows)
    .await?;
    Ok(())
}

async fn insert_tags(cx: &mut Cx, id: ProductId, tags: &[Tag]) -> DbResult<()> {
    let rows = (0_i64..)
        .zip(tags)
        .map(|(position, tag)| args![id, position, tag]);
    cx.sql(sql!(
        "INSERT INTO product_tags (product_id, position, tag) VALUES ($1, $2, $3)"
    ))
    .execute_each(rows)
    .await?;
    Ok(())
}

async fn insert_pictures(
    cx: &mut Cx,
    id: ProductId,
    pictures: &[Picture],
    variants: &[Variant],
) -> DbResult<()> {
    let now = cx.now();
    let rows = (0_i64..).zip(pictures).map(|(position, picture)| {
        let variant = picture
            .variant
            .and_then(|at| variants.get(at))
            .map(|variant| variant.id);
        args![
            ImageId::new(now),
            id,
            position,
            picture.url.as_str(),
            &picture.alt,
            variant
        ]
    });
    cx.sql(sql!(
        "INSERT INTO product_images (id, product_id, position, url, alt, variant_id) VALUES ($1, $2, $3, $4, $5, $6)"
    ))
    .execute_each(rows)
    .await?;
    Ok(())
}
