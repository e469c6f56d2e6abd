//! Stock, guarded by the updates themselves: what a unit of work read before may be old by then.

use stoa_core::Money;
use stoa_db::{Cx, DbResult, FromRow, Row, args, sql};

use super::columns::supply;
use crate::domain::{
    cart::Item,
    ids::{ProductId, VariantId},
    quantity::Quantity,
    supply::Supply,
};

/// Takes stock for each line, in the order given; says of each whether there was enough.
pub(crate) async fn take_stock(cx: &mut Cx, lines: &[(VariantId, Quantity)]) -> DbResult<Vec<bool>> {
    let rows = lines
        .iter()
        .map(|(variant, quantity)| args![*variant, quantity.get()]);
    let changed = cx
        .sql(sql!(
            "UPDATE variants SET stock = CASE WHEN tracked THEN stock - $2 ELSE stock END
             WHERE id = $1 AND (stock >= $2 OR backorder OR NOT tracked)"
        ))
        .execute_each(rows)
        .await?;
    Ok(changed.into_iter().map(|rows| rows == 1).collect())
}

/// Puts back what was taken, in the order given. Variants that are gone or no longer counted are left out.
pub(crate) async fn give_stock_back(cx: &mut Cx, lines: &[(VariantId, Quantity)]) -> DbResult<()> {
    let rows = lines
        .iter()
        .map(|(variant, quantity)| args![*variant, quantity.get()]);
    cx.sql(sql!(
        "UPDATE variants SET stock = stock + $2 WHERE id = $1 AND tracked"
    ))
    .execute_each(rows)
    .await?;
    Ok(())
}

/// Changes stock by `delta`; none when there is no such variant or stock would fall below zero.
pub(crate) async fn adjust_stock(
    cx: &mut Cx,
    product: ProductId,
    variant: VariantId,
    delta: i64,
) -> DbResult<Option<Supply>> {
    let changed: Option<Supply> = cx
        .sql(sql!(
            "UPDATE variants SET stock = stock + $3
             WHERE id = $1 AND product_id = $2 AND (stock + $3 >= 0 OR backorder OR NOT tracked)
             RETURNING stock, tracked, backorder"
        ))
        .bind(variant)
        .bind(product)
        .bind(delta)
        .optional()
        .await?;
    Ok(changed)
}

pub(crate) async fn supply_of(cx: &mut Cx, variants: &[VariantId]) -> DbResult<Vec<(VariantId, Supply)>> {
    let rows: Vec<VariantSupply> = cx
        .sql(sql!(
            "SELECT id, stock, tracked, backorder FROM variants WHERE id IN ($1…)"
        ))
        .bind_list(variants.iter().copied())
        .all()
        .await?;
    Ok(rows.into_iter().map(|row| (row.0, row.1)).collect())
}

/// The variants as shoppers see them, in the order of their ids.
pub(crate) async fn items(cx: &mut Cx, variants: &[VariantId]) -> DbResult<Vec<Item>> {
    cx.sql(sql!(
        "SELECT v.id, v.product_id, p.slug, p.title, CASE WHEN v.option1 IS NOT NULL THEN v.title END, v.sku,
             (SELECT i.url FROM product_images i WHERE i.product_id = v.product_id
              ORDER BY CASE WHEN i.variant_id = v.id THEN 0 ELSE 1 END, i.position LIMIT 1),
             v.price, v.currency, v.stock, v.tracked, v.backorder, p.status = 'active'
         FROM variants v JOIN products p ON p.id = v.product_id
         WHERE v.id IN ($1…) ORDER BY v.id"
    ))
    .bind_list(variants.iter().copied())
    .all()
    .await
}

struct VariantSupply(VariantId, Supply);

impl FromRow for VariantSupply {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self(row.next()?, supply(row)?))
    }
}

impl FromRow for Supply {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        supply(row)
    }
}

impl FromRow for Item {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            variant: row.next()?,
            product: row.next()?,
            slug: row.next()?,
            title: row.next()?,
            variant_title: row.next()?,
            sku: row.next()?,
            image: row.next()?,
            price: Money::new(row.next()?, row.next()?),
            supply: supply(row)?,
            on_sale: row.next()?,
        })
    }
}
