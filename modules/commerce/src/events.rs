//! What commerce tells the journal. Nothing personal is in it: names and addresses stay with the order.

use serde::Serialize;
use stoa_core::{Money, SiteId};
use stoa_db::{Event, Raises};

use crate::domain::{
    ids::{OrderId, ProductId, VariantId},
    order::Order,
};

#[derive(Debug, Serialize)]
pub(crate) struct ProductCreated {
    pub(crate) product: ProductId,
}

#[derive(Debug, Serialize)]
pub(crate) struct ProductChanged {
    pub(crate) product: ProductId,
}

#[derive(Debug, Serialize)]
pub(crate) struct ProductDeleted {
    pub(crate) product: ProductId,
    pub(crate) slug: String,
}

/// Somebody counted, received or lost goods; sales are told by [`OrderPlaced`].
#[derive(Debug, Serialize)]
pub(crate) struct StockAdjusted {
    pub(crate) variant: VariantId,
    pub(crate) delta: i64,
    pub(crate) reason: String,
    pub(crate) stock: i64,
}

/// Variants sold out, can be bought again, or are few and another number of them is left. Apart from other changes of
/// stock, since only this is seen on pages.
#[derive(Debug, Serialize)]
pub(crate) struct AvailabilityChanged {
    pub(crate) variants: Vec<VariantId>,
}

#[derive(Debug, Serialize)]
pub(crate) struct OrderPlaced {
    pub(crate) order: OrderId,
    pub(crate) number: i64,
    pub(crate) site: SiteId,
    pub(crate) total: Money,
    pub(crate) lines: usize,
}

#[derive(Debug, Serialize)]
pub(crate) struct OrderCancelled {
    pub(crate) order: OrderId,
    pub(crate) number: i64,
}

impl From<&Order> for OrderPlaced {
    fn from(order: &Order) -> Self {
        Self {
            order: order.id,
            number: order.number.get(),
            site: order.site,
            total: order.totals.total,
            lines: order.lines.len(),
        }
    }
}

impl Event for ProductCreated {
    const KIND: &'static str = "product.created";
    const RAISES: Raises = Raises::Content;

    fn subject(&self) -> String {
        self.product.to_string()
    }
}

impl Event for ProductChanged {
    const KIND: &'static str = "product.changed";
    const RAISES: Raises = Raises::Content;

    fn subject(&self) -> String {
        self.product.to_string()
    }
}

impl Event for ProductDeleted {
    const KIND: &'static str = "product.deleted";
    const RAISES: Raises = Raises::Content;

    fn subject(&self) -> String {
        self.product.to_string()
    }
}

impl Event for StockAdjusted {
    const KIND: &'static str = "stock.adjusted";

    fn subject(&self) -> String {
        self.variant.to_string()
    }
}

impl Event for AvailabilityChanged {
    const KIND: &'static str = "availability.changed";
    const RAISES: Raises = Raises::Content;

    fn subject(&self) -> String {
        self.variants.first().map(ToString::to_string).unwrap_or_default()
    }
}

impl Event for OrderPlaced {
    const KIND: &'static str = "order.placed";

    fn subject(&self) -> String {
        self.order.to_string()
    }
}

impl Event for OrderCancelled {
    const KIND: &'static str = "order.cancelled";

    fn subject(&self) -> String {
        self.order.to_string()
    }
}
