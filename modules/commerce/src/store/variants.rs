//! Writes variants.

use stoa_core::Sku;
use stoa_db::{Cx, DbResult, Value, args, sql};

use super::products::Change;
use crate::domain::{
    ids::ProductId,
    variant::{Offer, Variant},
};

/// Inserts variants at their positions, in their first version.
pub(super) async fn insert_variants<'v>(
    cx: &mut Cx,
    product: ProductId,
    variants: impl Iterator<Item = (usize, &'v Variant)>,
) -> DbResult<()> {
    let rows = variants
        .map(|(position, variant)| columns(product, position, variant))
        .collect::<Vec<_>>();
    cx.sql(sql!(
        "INSERT INTO variants (id, product_id, position, title, option1, option2, option3, sku, barcode, price,
             compare_at, currency, weight_grams, tracked, backorder, requires_shipping, taxable, stock, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 1)"
    ))
    .execute_each(rows)
    .await?;
    Ok(())
}

/// Writes variants that are there, but for their stock, which sales change meanwhile.
pub(super) async fn update_variants<'v>(
    cx: &mut Cx,
    product: ProductId,
    variants: impl Iterator<Item = (usize, &'v Variant)>,
) -> DbResult<()> {
    // Two variants may have changed SKUs with each other; between the two writes both would have the same.
    cx.sql(sql!(
        "UPDATE variants SET sku = NULL WHERE product_id = $1 AND sku IS NOT NULL"
    ))
    .bind(product)
    .execute()
    .await?;
    let rows = variants
        .map(|(position, variant)| {
            let mut columns = columns(product, position, variant);
            columns.truncate(WITHOUT_STOCK);
            columns
        })
        .collect::<Vec<_>>();
    cx.sql(sql!(
        "UPDATE variants SET position = $3, title = $4, option1 = $5, option2 = $6, option3 = $7, sku = $8,
             barcode = $9, price = $10, compare_at = $11, currency = $12, weight_grams = $13, tracked = $14,
             backorder = $15, requires_shipping = $16, taxable = $17, version = version + 1
         WHERE id = $1 AND product_id = $2"
    ))
    .execute_each(rows)
    .await?;
    Ok(())
}

/// Deletes the product's variants that are not among `kept`.
pub(super) async fn delete_other_variants(cx: &mut Cx, product: ProductId, kept: &[Variant]) -> DbResult<()> {
    cx.sql(sql!(
        "DELETE FROM variants WHERE product_id = $1 AND id NOT IN ($2…)"
    ))
    .bind(product)
    .bind_list(kept.iter().map(|variant| variant.id))
    .execute()
    .await?;
    Ok(())
}

/// Writes price, SKU, barcode and weight when the variant still has the version that was read; raises it.
pub(crate) async fn update_variant(cx: &mut Cx, product: ProductId, variant: &Variant) -> DbResult<Change> {
    let Offer {
        sku,
        barcode,
        price,
        compare_at,
        weight_grams,
        ..
    } = &variant.offer;
    let rows = cx
        .sql(sql!(
            "UPDATE variants SET sku = $4, barcode = $5, price = $6, compare_at = $7, weight_grams = $8,
                 version = version + 1
             WHERE id = $1 AND product_id = $2 AND version = $3"
        ))
        .bind(variant.id)
        .bind(product)
        .bind(variant.version)
        .bind(sku.as_ref())
        .bind(barcode.as_ref())
        .bind(price.amount)
        .bind(compare_at.map(|money| money.amount))
        .bind(*weight_grams)
        .execute()
        .await?;
    Ok(Change::of(rows))
}

/// Which of `skus` variants of other products have.
pub(crate) async fn skus_elsewhere(cx: &mut Cx, product: ProductId, skus: &[&Sku]) -> DbResult<Vec<Sku>> {
    if skus.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(Sku,)> = cx
        .sql(sql!(
            "SELECT sku FROM variants WHERE product_id <> $1 AND sku IN ($2…)"
        ))
        .bind(product)
        .bind_list(skus.iter().copied())
        .all()
        .await?;
    Ok(rows.into_iter().map(|(sku,)| sku).collect())
}

/// How many of a variant's columns there are but for its stock, which is the last.
const WITHOUT_STOCK: usize = 17;

/// The columns of a row in the order of the table, without its version.
fn columns(product: ProductId, position: usize, variant: &Variant) -> Vec<Value> {
    let Offer {
        sku,
        barcode,
        price,
        compare_at,
        weight_grams,
        supply,
        requires_shipping,
        taxable,
    } = &variant.offer;
    args![
        variant.id,
        product,
        i64::try_from(position).unwrap_or(i64::MAX),
        variant.title(),
        variant.choices.first(),
        variant.choices.get(1),
        variant.choices.get(2),
        sku.as_ref(),
        barcode.as_ref(),
        price.amount,
        compare_at.map(|money| money.amount),
        price.currency,
        *weight_grams,
        supply.tracked,
        supply.backorder,
        *requires_shipping,
        *taxable,
        supply.stock
    ]
}
