//! Orders as the API shows them.

use serde::Serialize;
use stoa_core::{Money, Timestamp};
use utoipa::ToSchema;

use crate::{
    domain::{
        address::{Address, Contact},
        ids::{OrderId, ProductId, VariantId},
        order::{Order, OrderLine},
    },
    store,
};

/// An order. Titles and prices are those of the moment it was placed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderView {
    id: OrderId,
    /// Counts the shop's orders from 1, without gaps.
    #[schema(example = 1042)]
    number: i64,
    /// `pending`, `processing`, `shipped`, `delivered` or `cancelled`.
    #[schema(example = "pending")]
    status: &'static str,
    /// `pending`, `paid`, `failed` or `refunded`.
    #[schema(example = "pending")]
    payment_status: &'static str,
    #[schema(example = "cash_on_delivery")]
    payment_method: &'static str,
    subtotal: Money,
    shipping: Money,
    total: Money,
    contact: ContactView,
    address: AddressView,
    #[schema(example = "Please ring twice")]
    note: Option<String>,
    lines: Vec<OrderLineView>,
    placed_at: Timestamp,
    #[schema(example = 1)]
    version: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactView {
    #[schema(example = "Ayesha Rahman")]
    name: String,
    #[schema(example = "+8801712345678")]
    phone: String,
    #[schema(example = "ayesha@example.org")]
    email: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AddressView {
    #[schema(example = "12 Lake Road")]
    line1: String,
    #[schema(example = "Flat 3B")]
    line2: Option<String>,
    #[schema(example = "Dhaka")]
    city: String,
    #[schema(example = "Dhaka Division")]
    region: Option<String>,
    #[schema(example = "1205")]
    postcode: Option<String>,
    #[schema(example = "Bangladesh")]
    country: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderLineView {
    /// May have been deleted since.
    product_id: ProductId,
    /// May have been deleted since.
    variant_id: VariantId,
    #[schema(example = "LIN-M")]
    sku: Option<String>,
    #[schema(example = "Linen shirt")]
    title: String,
    #[schema(example = "M")]
    variant_title: Option<String>,
    #[schema(example = "https://cdn.example.com/linen-shirt.jpg")]
    image: Option<String>,
    unit_price: Money,
    #[schema(example = 2)]
    quantity: u32,
    total: Money,
}

/// An order as lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderSummary {
    id: OrderId,
    #[schema(example = 1042)]
    number: i64,
    #[schema(example = "pending")]
    status: &'static str,
    #[schema(example = "pending")]
    payment_status: &'static str,
    /// Who ordered.
    #[schema(example = "Ayesha Rahman")]
    name: String,
    total: Money,
    placed_at: Timestamp,
    #[schema(example = 1)]
    version: i64,
}

impl From<Order> for OrderView {
    fn from(order: Order) -> Self {
        Self {
            id: order.id,
            number: order.number.get(),
            status: order.status.as_str(),
            payment_status: order.payment_status.as_str(),
            payment_method: order.delivery.payment_method.as_str(),
            subtotal: order.totals.subtotal,
            shipping: order.totals.shipping,
            total: order.totals.total,
            contact: order.delivery.contact.into(),
            address: order.delivery.address.into(),
            note: order.delivery.note.map(stoa_core::Prose::into_string),
            lines: order.lines.into_iter().map(OrderLineView::from).collect(),
            placed_at: order.placed_at,
            version: order.version,
        }
    }
}

impl From<Contact> for ContactView {
    fn from(contact: Contact) -> Self {
        Self {
            name: contact.name.into_string(),
            phone: contact.phone.into_string(),
            email: contact.email.map(stoa_core::Email::into_string),
        }
    }
}

impl From<Address> for AddressView {
    fn from(address: Address) -> Self {
        Self {
            line1: address.line1.into_string(),
            line2: address.line2.map(stoa_core::Text::into_string),
            city: address.city.into_string(),
            region: address.region.map(stoa_core::Text::into_string),
            postcode: address.postcode.map(stoa_core::Text::into_string),
            country: address.country.into_string(),
        }
    }
}

impl From<OrderLine> for OrderLineView {
    fn from(line: OrderLine) -> Self {
        Self {
            product_id: line.product,
            variant_id: line.variant,
            sku: line.sku,
            title: line.title,
            variant_title: line.variant_title,
            image: line.image,
            unit_price: line.unit_price,
            quantity: line.quantity.get(),
            total: line.total,
        }
    }
}

impl From<store::OrderSummary> for OrderSummary {
    fn from(order: store::OrderSummary) -> Self {
        Self {
            id: order.id,
            number: order.number.get(),
            status: order.status.as_str(),
            payment_status: order.payment_status.as_str(),
            name: order.contact_name,
            total: order.total,
            placed_at: order.placed_at,
            version: order.version,
        }
    }
}
