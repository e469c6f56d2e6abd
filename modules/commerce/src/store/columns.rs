//! How this module's own types are read from columns.

use stoa_core::Money;
use stoa_db::{Cell, Column, DbResult, Row, column_text, parsed};

use crate::domain::{
    html::Html,
    order::{OrderNumber, OrderStatus, PaymentMethod, PaymentStatus},
    picture::PictureUrl,
    product::ProductStatus,
    quantity::Quantity,
    supply::Supply,
};

column_text!(
    ProductStatus,
    OrderStatus,
    PaymentStatus,
    PaymentMethod,
    PictureUrl
);

impl Column for Html {
    fn read(cell: Cell<'_>) -> DbResult<Self> {
        cell.text().map(|text| Self::stored(text.to_owned()))
    }
}

impl Column for Quantity {
    fn read(cell: Cell<'_>) -> DbResult<Self> {
        parsed(Self::new(cell.int()?))
    }
}

impl Column for OrderNumber {
    fn read(cell: Cell<'_>) -> DbResult<Self> {
        cell.int().map(Self::counted)
    }
}

/// Reads `stock, tracked, backorder`.
pub(super) fn supply(row: &mut Row<'_>) -> DbResult<Supply> {
    Ok(Supply {
        stock: row.next()?,
        tracked: row.next()?,
        backorder: row.next()?,
    })
}

/// Reads `price, compare_at, currency`.
pub(super) fn prices(row: &mut Row<'_>) -> DbResult<(Money, Option<Money>)> {
    let price = row.next()?;
    let compare_at = row.next::<Option<i64>>()?;
    let currency = row.next()?;
    Ok((
        Money::new(price, currency),
        compare_at.map(|amount| Money::new(amount, currency)),
    ))
}
