//! One whole order in one statement.

use stoa_core::{Currency, Money, SiteId, Token};
use stoa_db::{Cx, DbResult, FromRow, Row, parsed, sql};

use crate::domain::{
    address::{Address, Contact},
    ids::{CartId, OrderId},
    order::{Delivery, Order, OrderLine, Totals},
};

/// The order with that id.
pub(crate) async fn order(cx: &mut Cx, id: OrderId) -> DbResult<Option<Order>> {
    find(
        cx,
        Key {
            id: Some(id),
            ..Key::default()
        },
    )
    .await
}

/// The order that a token of its own stands for, on the site where it was placed.
pub(crate) async fn order_of_token(cx: &mut Cx, token: &Token, site: SiteId) -> DbResult<Option<Order>> {
    find(
        cx,
        Key {
            token: Some((token.hash(), site)),
            ..Key::default()
        },
    )
    .await
}

/// The order that a cart became.
pub(crate) async fn order_of_cart(cx: &mut Cx, cart: CartId) -> DbResult<Option<Order>> {
    find(
        cx,
        Key {
            cart: Some(cart),
            ..Key::default()
        },
    )
    .await
}

#[derive(Default)]
struct Key {
    id: Option<OrderId>,
    cart: Option<CartId>,
    token: Option<([u8; 32], SiteId)>,
}

/// A row is a line; the order comes with each.
async fn find(cx: &mut Cx, key: Key) -> DbResult<Option<Order>> {
    let rows: Vec<Order> = cx
        .sql(sql!(
            "SELECT o.id, o.number, o.cart_id, o.site_id, o.status, o.payment_status, o.payment_method, o.currency,
                 o.subtotal, o.shipping, o.total, o.contact_name, o.phone, o.email, o.address, o.note, o.placed_at,
                 o.version, l.product_id, l.variant_id, l.sku, l.title, l.variant_title, l.image, l.unit_price,
                 l.quantity, l.total
             FROM orders o JOIN order_lines l ON l.order_id = o.id
             WHERE 1 = 1{ AND o.id = $1}{ AND o.cart_id = $2}{ AND o.token_hash = $3 AND o.site_id = $4}
             ORDER BY l.position"
        ))
        .bind_if(key.id)
        .bind_if(key.cart)
        .bind_if(key.token.map(|(hash, _)| hash))
        .bind_if(key.token.map(|(_, site)| site))
        .all()
        .await?;
    let mut rows = rows.into_iter();
    let Some(mut order) = rows.next() else {
        return Ok(None);
    };
    order.lines.extend(rows.flat_map(|row| row.lines));
    Ok(Some(order))
}

impl FromRow for Order {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        let (id, number, cart, site) = (row.next()?, row.next()?, row.next()?, row.next()?);
        let (status, payment_status, payment_method) = (row.next()?, row.next()?, row.next()?);
        let currency = row.next()?;
        let totals = Totals {
            subtotal: Money::new(row.next()?, currency),
            shipping: Money::new(row.next()?, currency),
            total: Money::new(row.next()?, currency),
        };
        let contact = Contact {
            name: row.next()?,
            phone: row.next()?,
            email: row.next()?,
        };
        let address = address(&row.next()?)?;
        let note = row.next()?;
        let (placed_at, version) = (row.next()?, row.next()?);
        let lines = vec![line(row, currency)?];
        Ok(Self {
            id,
            number,
            cart,
            site,
            status,
            payment_status,
            totals,
            delivery: Delivery {
                contact,
                address,
                payment_method,
                note,
            },
            lines,
            placed_at,
            version,
        })
    }
}

fn line(row: &mut Row<'_>, currency: Currency) -> DbResult<OrderLine> {
    Ok(OrderLine {
        product: row.next()?,
        variant: row.next()?,
        sku: row.next()?,
        title: row.next()?,
        variant_title: row.next()?,
        image: row.next()?,
        unit_price: Money::new(row.next()?, currency),
        quantity: row.next()?,
        total: Money::new(row.next()?, currency),
    })
}

/// The address out of its column.
fn address(json: &serde_json::Value) -> DbResult<Address> {
    let text = |name: &str| {
        json.get(name)
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    Ok(Address {
        line1: parsed(stoa_core::Text::parse(&text("line1")))?,
        line2: parsed(stoa_core::optional(&text("line2")))?,
        city: parsed(stoa_core::Text::parse(&text("city")))?,
        region: parsed(stoa_core::optional(&text("region")))?,
        postcode: parsed(stoa_core::optional(&text("postcode")))?,
        country: parsed(stoa_core::Text::parse(&text("country")))?,
    })
}
