//! Orders and their lines, and the counter that numbers them.

use serde_json::json;
use stoa_core::{Money, Timestamp, Token};
use stoa_db::{Cx, DbError, DbResult, FromRow, Row, SortKey, Stretch, args, sql};

use super::products::Change;
use crate::domain::{
    address::Contact,
    ids::OrderId,
    order::{Order, OrderLine, OrderNumber, OrderStatus, PaymentStatus},
    search::OrderSearch,
};

mod read;

pub(crate) use read::{order, order_of_cart, order_of_token};

/// Which orders a list holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct OrderFilter {
    pub(crate) status: Option<OrderStatus>,
    pub(crate) payment_status: Option<PaymentStatus>,
    pub(crate) search: Option<OrderSearch>,
}

/// An order as a list shows it.
#[derive(Debug, Clone)]
pub(crate) struct OrderSummary {
    pub(crate) id: OrderId,
    pub(crate) number: OrderNumber,
    pub(crate) status: OrderStatus,
    pub(crate) payment_status: PaymentStatus,
    pub(crate) contact_name: String,
    pub(crate) total: Money,
    pub(crate) placed_at: Timestamp,
    pub(crate) version: i64,
}

/// The next number. The counter stays locked until the unit of work ends, so this comes as late as it can; what is
/// rolled back leaves no gap.
pub(crate) async fn next_order_number(cx: &mut Cx) -> DbResult<OrderNumber> {
    if let Some(number) = count_up(cx).await? {
        return Ok(number);
    }
    cx.sql(sql!(
        "INSERT INTO counters (name, value) VALUES ('orders', 0) ON CONFLICT DO NOTHING"
    ))
    .execute()
    .await?;
    count_up(cx).await?.ok_or(DbError::NoRow)
}

async fn count_up(cx: &mut Cx) -> DbResult<Option<OrderNumber>> {
    let counted: Option<(OrderNumber,)> = cx
        .sql(sql!(
            "UPDATE counters SET value = value + 1 WHERE name = 'orders' RETURNING value"
        ))
        .optional()
        .await?;
    Ok(counted.map(|(number,)| number))
}

/// Inserts the order and its lines, with the next statement.
pub(crate) fn queue_order(cx: &mut Cx, order: &Order, token: &Token) -> DbResult<()> {
    let Contact { name, phone, email } = &order.delivery.contact;
    cx.sql(sql!(
        "INSERT INTO orders (id, number, cart_id, site_id, token_hash, status, payment_status, payment_method,
             currency, subtotal, shipping, total, contact_name, phone, email, address, note, placed_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)"
    ))
    .bind(order.id)
    .bind(order.number.get())
    .bind(order.cart)
    .bind(order.site)
    .bind(token.hash())
    .bind(order.status.as_str())
    .bind(order.payment_status.as_str())
    .bind(order.delivery.payment_method.as_str())
    .bind(order.totals.total.currency)
    .bind(order.totals.subtotal.amount)
    .bind(order.totals.shipping.amount)
    .bind(order.totals.total.amount)
    .bind(name)
    .bind(phone)
    .bind(email.as_ref())
    .bind(json!(order.delivery.address))
    .bind(order.delivery.note.as_ref())
    .bind(order.placed_at)
    .bind(order.version)
    .queue()?;
    queue_lines(cx, order.id, &order.lines)
}

fn queue_lines(cx: &mut Cx, order: OrderId, lines: &[OrderLine]) -> DbResult<()> {
    let rows = (0_i64..).zip(lines).map(|(position, line)| {
        args![
            order,
            position,
            line.product,
            line.variant,
            line.sku.as_ref(),
            &line.title,
            line.variant_title.as_ref(),
            line.image.as_ref(),
            line.unit_price.amount,
            line.quantity.get(),
            line.total.amount
        ]
    });
    cx.sql(sql!(
        "INSERT INTO order_lines (order_id, position, product_id, variant_id, sku, title, variant_title, image,
             unit_price, quantity, total)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    ))
    .queue_each(rows)
}

/// Orders as lists show them: newest first, oldest first, or by their numbers, downwards or upwards.
pub(crate) async fn orders(
    cx: &mut Cx,
    filter: &OrderFilter,
    stretch: &Stretch<(SortKey, OrderId)>,
) -> DbResult<Vec<OrderSummary>> {
    let (search, after) = (filter.search.as_ref(), stretch.after.as_ref());
    cx.sql(sql!(
        "SELECT id, number, status, payment_status, contact_name, total, currency, placed_at, version FROM orders
         WHERE 1 = 1{ AND status = $1}{ AND payment_status = $2}{ AND id IN (
             SELECT id FROM orders WHERE number = $3
             UNION SELECT id FROM orders WHERE email >= $4 AND email < $5
             UNION SELECT id FROM orders WHERE ltrim(phone, '+') >= $6 AND ltrim(phone, '+') < $7)}{
             AND {$8: (placed_at, id) < ($9, $10) | (placed_at, id) > ($9, $10) |
                 (number, id) < ($9, $10) | (number, id) > ($9, $10)}}
         ORDER BY {$8: placed_at DESC, id DESC | placed_at, id | number DESC, id DESC | number, id} LIMIT $11"
    ))
    .bind_if(filter.status.map(OrderStatus::as_str))
    .bind_if(filter.payment_status.map(PaymentStatus::as_str))
    .bind_if(search.map(|search| search.number))
    .bind_if(search.map(|search| &search.email.from))
    .bind_if(search.map(|search| &search.email.below))
    .bind_if(search.map(|search| &search.phone.from))
    .bind_if(search.map(|search| &search.phone.below))
    .choose(stretch.order)
    .bind_if(after.map(|(key, _)| key))
    .bind_if(after.map(|(_, id)| *id))
    .bind(stretch.limit)
    .all()
    .await
}

/// Cancels an order that is not yet on its way.
pub(crate) async fn cancel_order(cx: &mut Cx, id: OrderId) -> DbResult<Change> {
    let rows = cx
        .sql(sql!(
            "UPDATE orders SET status = 'cancelled', version = version + 1
             WHERE id = $1 AND status IN ('pending', 'processing')"
        ))
        .bind(id)
        .execute()
        .await?;
    Ok(Change::of(rows))
}

impl FromRow for OrderSummary {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            id: row.next()?,
            number: row.next()?,
            status: row.next()?,
            payment_status: row.next()?,
            contact_name: row.next()?,
            total: Money::new(row.next()?, row.next()?),
            placed_at: row.next()?,
            version: row.next()?,
        })
    }
}
