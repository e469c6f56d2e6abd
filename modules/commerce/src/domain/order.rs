//! Orders: what was bought, at the prices of that moment.

use stoa_core::{Currency, Money, Prose, SiteId, TextError, Timestamp};

use crate::domain::{
    address::{Address, Contact},
    cart::CartLine,
    ids::{CartId, OrderId, ProductId, VariantId},
    one_of,
    quantity::Quantity,
    shipping::shipping,
};

/// Counts a shop's orders from 1, without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OrderNumber(i64);

/// Where an order is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderStatus {
    Pending,
    Processing,
    Shipped,
    Delivered,
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PaymentStatus {
    Pending,
    Paid,
    Failed,
    Refunded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PaymentMethod {
    CashOnDelivery,
}

/// How an order is to be delivered and paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) contact: Contact,
    pub(crate) address: Address,
    pub(crate) payment_method: PaymentMethod,
    pub(crate) note: Option<Prose<1000>>,
}

/// Always: total = subtotal + shipping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) subtotal: Money,
    pub(crate) shipping: Money,
    pub(crate) total: Money,
}

/// An order as it is placed.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) id: OrderId,
    pub(crate) number: OrderNumber,
    pub(crate) cart: CartId,
    pub(crate) site: SiteId,
    pub(crate) status: OrderStatus,
    pub(crate) payment_status: PaymentStatus,
    pub(crate) totals: Totals,
    pub(crate) delivery: Delivery,
    pub(crate) lines: Vec<OrderLine>,
    pub(crate) placed_at: Timestamp,
    pub(crate) version: i64,
}

/// What was bought, as it was called and priced then; the product itself may change or go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrderLine {
    pub(crate) product: ProductId,
    pub(crate) variant: VariantId,
    pub(crate) sku: Option<String>,
    pub(crate) title: String,
    pub(crate) variant_title: Option<String>,
    pub(crate) image: Option<String>,
    pub(crate) unit_price: Money,
    pub(crate) quantity: Quantity,
    pub(crate) total: Money,
}

impl OrderNumber {
    /// A number that the shop's counter gave.
    pub(crate) const fn counted(number: i64) -> Self {
        Self(number)
    }

    pub(crate) const fn get(self) -> i64 {
        self.0
    }
}

impl Totals {
    /// What the lines and their delivery come to; nothing when the amounts do not add up.
    pub(crate) fn of(lines: &[OrderLine], currency: Currency) -> Option<Self> {
        let mut subtotal = Money::zero(currency);
        for line in lines {
            subtotal = subtotal.checked_add(line.total)?;
        }
        let shipping = shipping(subtotal);
        Some(Self {
            subtotal,
            shipping,
            total: subtotal.checked_add(shipping)?,
        })
    }
}

impl OrderLine {
    /// The line at the price of this moment; nothing when it is beyond all bounds.
    pub(crate) fn of(line: &CartLine) -> Option<Self> {
        let CartLine { item, quantity } = line;
        Some(Self {
            product: item.product,
            variant: item.variant,
            sku: item.sku.clone(),
            title: item.title.clone(),
            variant_title: item.variant_title.clone(),
            image: item.image.clone(),
            unit_price: item.price,
            quantity: *quantity,
            total: line.total()?,
        })
    }
}

impl OrderStatus {
    const ALL: [Self; 5] = [
        Self::Pending,
        Self::Processing,
        Self::Shipped,
        Self::Delivered,
        Self::Cancelled,
    ];

    pub(crate) fn parse(text: &str) -> Result<Self, TextError> {
        one_of("status.unknown", &Self::ALL, Self::as_str, text)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }
}

impl PaymentStatus {
    const ALL: [Self; 4] = [Self::Pending, Self::Paid, Self::Failed, Self::Refunded];

    pub(crate) fn parse(text: &str) -> Result<Self, TextError> {
        one_of("payment_status.unknown", &Self::ALL, Self::as_str, text)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Refunded => "refunded",
        }
    }
}

impl PaymentMethod {
    pub(crate) fn parse(text: &str) -> Result<Self, TextError> {
        one_of(
            "payment_method.unknown",
            &[Self::CashOnDelivery],
            Self::as_str,
            text,
        )
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::CashOnDelivery => "cash_on_delivery",
        }
    }
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
