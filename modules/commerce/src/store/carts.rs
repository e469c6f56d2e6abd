//! Carts and their lines.

use stoa_core::{SiteId, Timestamp, Token};
use stoa_db::{Cx, DbResult, FromRow, Row, sql};

use crate::domain::{
    cart::{Cart, CartLine, Item},
    ids::{CartId, VariantId},
    quantity::Quantity,
};

/// A cart that is locked for a change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenCart {
    pub(crate) id: CartId,
    pub(crate) ordered: bool,
}

/// A line that was taken out of its cart to be ordered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TakenLine {
    pub(crate) cart: CartId,
    pub(crate) variant: VariantId,
    pub(crate) quantity: Quantity,
    pub(crate) added_at: Timestamp,
}

pub(crate) async fn insert_cart(cx: &mut Cx, token: &Token, site: SiteId) -> DbResult<CartId> {
    let (id, now) = (cx.new_id(), cx.now());
    cx.sql(sql!(
        "INSERT INTO carts (id, token_hash, site_id, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)"
    ))
    .bind(id)
    .bind(token.hash())
    .bind(site)
    .bind(now)
    .execute()
    .await?;
    Ok(id)
}

/// The cart of a token on its site, without its lines, and whether it was ordered.
pub(crate) async fn find_cart(cx: &mut Cx, token: &Token, site: SiteId) -> DbResult<Option<OpenCart>> {
    cx.sql(sql!(
        "SELECT c.id, EXISTS (SELECT 1 FROM orders o WHERE o.cart_id = c.id) FROM carts c
         WHERE c.token_hash = $1 AND c.site_id = $2"
    ))
    .bind(token.hash())
    .bind(site)
    .optional()
    .await
}

/// As `find_cart`, held until the unit of work ends, so that its lines change one change at a time.
pub(crate) async fn lock_cart(cx: &mut Cx, token: &Token, site: SiteId) -> DbResult<Option<OpenCart>> {
    let now = cx.now();
    cx.sql(sql!(
        "UPDATE carts SET updated_at = $3 WHERE token_hash = $1 AND site_id = $2
         RETURNING id, EXISTS (SELECT 1 FROM orders o WHERE o.cart_id = carts.id)"
    ))
    .bind(token.hash())
    .bind(site)
    .bind(now)
    .optional()
    .await
}

/// Locks the cart with the next statement, and as `lock_cart` does.
pub(crate) fn queue_lock(cx: &mut Cx, token: &Token, site: SiteId) -> DbResult<()> {
    let now = cx.now();
    cx.sql(sql!(
        "UPDATE carts SET updated_at = $3 WHERE token_hash = $1 AND site_id = $2"
    ))
    .bind(token.hash())
    .bind(site)
    .bind(now)
    .queue()
}

/// The cart with its lines, unless it was ordered.
pub(crate) async fn cart(cx: &mut Cx, token: &Token, site: SiteId) -> DbResult<Option<Cart>> {
    let rows: Vec<CartRow> = cx
        .sql(sql!(
            "SELECT c.id, l.quantity, v.id, v.product_id, p.slug, p.title,
                 CASE WHEN v.option1 IS NOT NULL THEN v.title END, v.sku,
                 (SELECT i.url FROM product_images i WHERE i.product_id = v.product_id
                  ORDER BY CASE WHEN i.variant_id = v.id THEN 0 ELSE 1 END, i.position LIMIT 1),
                 v.price, v.currency, v.stock, v.tracked, v.backorder, p.status = 'active'
             FROM carts c
             LEFT JOIN cart_lines l ON l.cart_id = c.id
             LEFT JOIN variants v ON v.id = l.variant_id
             LEFT JOIN products p ON p.id = v.product_id
             WHERE c.token_hash = $1 AND c.site_id = $2
                 AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.cart_id = c.id)
             ORDER BY l.added_at, l.variant_id"
        ))
        .bind(token.hash())
        .bind(site)
        .all()
        .await?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    Ok(Some(Cart {
        id: first.cart,
        lines: rows.into_iter().filter_map(|row| row.line).collect(),
    }))
}

pub(crate) async fn line_quantities(cx: &mut Cx, cart: CartId) -> DbResult<Vec<(VariantId, Quantity)>> {
    cx.sql(sql!(
        "SELECT variant_id, quantity FROM cart_lines WHERE cart_id = $1"
    ))
    .bind(cart)
    .all()
    .await
}

pub(crate) async fn insert_line(
    cx: &mut Cx,
    cart: CartId,
    variant: VariantId,
    quantity: Quantity,
) -> DbResult<()> {
    let now = cx.now();
    cx.sql(sql!(
        "INSERT INTO cart_lines (cart_id, variant_id, quantity, added_at) VALUES ($1, $2, $3, $4)"
    ))
    .bind(cart)
    .bind(variant)
    .bind(quantity.get())
    .bind(now)
    .execute()
    .await?;
    Ok(())
}

pub(crate) async fn update_line(
    cx: &mut Cx,
    cart: CartId,
    variant: VariantId,
    quantity: Quantity,
) -> DbResult<()> {
    cx.sql(sql!(
        "UPDATE cart_lines SET quantity = $3 WHERE cart_id = $1 AND variant_id = $2"
    ))
    .bind(cart)
    .bind(variant)
    .bind(quantity.get())
    .execute()
    .await?;
    Ok(())
}

pub(crate) async fn delete_line(cx: &mut Cx, cart: CartId, variant: VariantId) -> DbResult<()> {
    cx.sql(sql!(
        "DELETE FROM cart_lines WHERE cart_id = $1 AND variant_id = $2"
    ))
    .bind(cart)
    .bind(variant)
    .execute()
    .await?;
    Ok(())
}

/// Takes all lines out of a cart that was not ordered. Of two units of work that try, the second waits for the
/// first and then finds none: this is what claims the cart.
pub(crate) async fn take_lines(cx: &mut Cx, token: &Token, site: SiteId) -> DbResult<Vec<TakenLine>> {
    cx.sql(sql!(
        "DELETE FROM cart_lines WHERE cart_id = (
             SELECT c.id FROM carts c WHERE c.token_hash = $1 AND c.site_id = $2
                 AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.cart_id = c.id))
         RETURNING cart_id, variant_id, quantity, added_at"
    ))
    .bind(token.hash())
    .bind(site)
    .all()
    .await
}

impl FromRow for TakenLine {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            cart: row.next()?,
            variant: row.next()?,
            quantity: row.next()?,
            added_at: row.next()?,
        })
    }
}

impl FromRow for OpenCart {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            id: row.next()?,
            ordered: row.next()?,
        })
    }
}

struct CartRow {
    cart: CartId,
    line: Option<CartLine>,
}

impl FromRow for CartRow {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        let cart = row.next()?;
        let line = match row.next::<Option<Quantity>>()? {
            Some(quantity) => Some(CartLine {
                quantity,
                item: Item::from_row(row)?,
            }),
            None => None,
        };
        Ok(Self { cart, line })
    }
}

/// Deletes the carts that were last touched before then, and their lines with them; says how many.
pub(crate) async fn delete_carts(cx: &mut Cx, before: Timestamp) -> DbResult<u64> {
    cx.sql(sql!("DELETE FROM carts WHERE updated_at < $1"))
        .bind(before)
        .execute()
        .await
}
