//! What templates get: the shapes that themes rely on.

use serde::Serialize;
use stoa_core::{Currency, Money, Timestamp};

use crate::{
    domain::{
        address::Address,
        card,
        cart::{Cart, CartLine},
        ids::VariantId,
        order::{Order, OrderLine},
        product::Product,
        variant::{self, Choice, Variant},
    },
    error::CommerceError,
};

#[derive(Debug, Serialize)]
pub(crate) struct Card {
    url: String,
    title: String,
    image: Option<Image>,
    /// Of the cheapest variant.
    price: Money,
    price_varies: bool,
    compare_at: Option<Money>,
    available: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Image {
    url: String,
    alt: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct ProductPage {
    title: String,
    slug: String,
    url: String,
    /// Made safe when it was written.
    description_html: String,
    vendor: Option<String>,
    tags: Vec<String>,
    images: Vec<Image>,
    /// Of the cheapest variant.
    price: Money,
    price_varies: bool,
    compare_at: Option<Money>,
    /// What it costs at least to get one now, when there is one to get.
    offer: Money,
    available: bool,
    /// The one variant of a product that leaves nothing to choose.
    only: Option<VariantChoice>,
    /// What there is to choose: `Colour`, `Size`.
    options: Vec<String>,
    groups: Vec<VariantGroup>,
}

/// Variants that are alike in the first of several choices; all of them, without a name, where there is one choice.
#[derive(Debug, Serialize)]
struct VariantGroup {
    name: Option<String>,
    variants: Vec<VariantChoice>,
}

#[derive(Debug, Serialize)]
struct VariantChoice {
    id: VariantId,
    /// Its choices, but for the one that its group is named after.
    label: String,
    sku: Option<String>,
    price: Money,
    compare_at: Option<Money>,
    available: bool,
    /// How many are left, when that is few.
    low_stock: Option<i64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct CartPage {
    pub(crate) lines: Vec<CartPageLine>,
    pub(crate) subtotal: Money,
    pub(crate) count: u32,
}

#[derive(Debug, Serialize)]
pub(crate) struct CartPageLine {
    variant: VariantId,
    title: String,
    variant_title: Option<String>,
    url: String,
    image: Option<Image>,
    unit_price: Money,
    quantity: u32,
    total: Money,
    available: bool,
    /// Why it cannot be ordered now, for the shopper.
    problem: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct OrderPage {
    number: i64,
    placed_at: Timestamp,
    status: &'static str,
    payment_status: &'static str,
    payment_method: &'static str,
    contact: OrderContact,
    address: Address,
    lines: Vec<OrderPageLine>,
    subtotal: Money,
    shipping: Money,
    total: Money,
    note: Option<String>,
}

#[derive(Debug, Serialize)]
struct OrderContact {
    name: String,
    phone: String,
    email: Option<String>,
}

#[derive(Debug, Serialize)]
struct OrderPageLine {
    title: String,
    variant_title: Option<String>,
    sku: Option<String>,
    quantity: u32,
    unit_price: Money,
    total: Money,
    image: Option<Image>,
}

/// Where a product is on a website.
pub(crate) fn product_url(slug: &str) -> String {
    format!("/products/{slug}")
}

impl From<card::Card> for Card {
    fn from(card: card::Card) -> Self {
        Self {
            url: product_url(&card.slug),
            title: card.title,
            image: card.image.map(|image| Image {
                url: image.url,
                alt: image.alt,
            }),
            price: card.span.lowest,
            price_varies: card.span.varies,
            compare_at: card.span.reduced_from,
            available: card.span.available,
        }
    }
}

impl ProductPage {
    /// None for a product without variants, which is no product.
    pub(crate) fn of(product: Product) -> Option<Self> {
        let span = product.span()?;
        let images = product.pictures.iter().map(|image| Image {
            url: image.url.as_str().to_owned(),
            alt: image.alt.clone(),
        });
        let (only, groups) = match &product.variants[..] {
            [only] => (Some(VariantChoice::of(only, &only.choices)), Vec::new()),
            variants => (None, groups(variants)),
        };
        Some(Self {
            images: images.collect(),
            price: span.lowest,
            price_varies: span.varies,
            compare_at: span.reduced_from,
            offer: cheapest_to_get(&product.variants).unwrap_or(span.lowest),
            available: span.available,
            only,
            options: product
                .options
                .into_iter()
                .map(stoa_core::Text::into_string)
                .collect(),
            groups,
            title: product.about.title.into_string(),
            url: product_url(product.slug.as_str()),
            slug: product.slug.into_string(),
            description_html: product.about.description.as_str().to_owned(),
            vendor: product.about.vendor.map(stoa_core::Text::into_string),
            tags: product
                .about
                .tags
                .into_iter()
                .map(stoa_core::Text::into_string)
                .collect(),
        })
    }
}

fn cheapest_to_get(variants: &[Variant]) -> Option<Money> {
    let offers = variants.iter().map(|variant| &variant.offer);
    offers
        .filter(|offer| offer.supply.is_available())
        .map(|offer| offer.price)
        .min_by_key(|price| price.amount)
}

/// In the order of the variants.
fn groups(variants: &[Variant]) -> Vec<VariantGroup> {
    let mut groups: Vec<VariantGroup> = Vec::new();
    for variant in variants {
        let (name, choices) = match &variant.choices[..] {
            [first, rest @ ..] if !rest.is_empty() => (Some(first.as_str()), rest),
            choices => (None, choices),
        };
        let choice = VariantChoice::of(variant, choices);
        match groups.iter_mut().find(|group| group.name.as_deref() == name) {
            Some(group) => group.variants.push(choice),
            None => groups.push(VariantGroup {
                name: name.map(str::to_owned),
                variants: vec![choice],
            }),
        }
    }
    groups
}

impl VariantChoice {
    fn of(variant: &Variant, choices: &[Choice]) -> Self {
        let offer = &variant.offer;
        Self {
            id: variant.id,
            label: variant::title(choices).unwrap_or_default(),
            compare_at: offer.reduced_from(),
            price: offer.price,
            available: offer.supply.is_available(),
            low_stock: offer.supply.low_stock(),
            sku: offer.sku.as_ref().map(|sku| sku.as_str().to_owned()),
        }
    }
}

impl CartPage {
    pub(crate) fn empty(currency: Currency) -> Self {
        Self {
            lines: Vec::new(),
            subtotal: Money::zero(currency),
            count: 0,
        }
    }

    pub(crate) fn of(cart: Cart, currency: Currency) -> Result<Self, CommerceError> {
        let subtotal = cart.subtotal(currency).ok_or(CommerceError::AmountOutOfRange)?;
        let count = cart.count();
        let lines = cart.lines.into_iter().map(cart_line).collect::<Option<Vec<_>>>();
        Ok(Self {
            lines: lines.ok_or(CommerceError::AmountOutOfRange)?,
            subtotal,
            count,
        })
    }
}

fn cart_line(line: CartLine) -> Option<CartPageLine> {
    let (total, problem) = (line.total()?, line.problem());
    let CartLine { item, quantity } = line;
    Some(CartPageLine {
        variant: item.variant,
        url: product_url(&item.slug),
        image: image(item.image, &item.title),
        title: item.title,
        variant_title: item.variant_title,
        unit_price: item.price,
        quantity: quantity.get(),
        total,
        available: problem.is_none(),
        problem: problem.map(crate::domain::cart::Problem::text),
    })
}

impl From<Order> for OrderPage {
    fn from(order: Order) -> Self {
        let contact = order.delivery.contact;
        Self {
            number: order.number.get(),
            placed_at: order.placed_at,
            status: order.status.as_str(),
            payment_status: order.payment_status.as_str(),
            payment_method: order.delivery.payment_method.as_str(),
            contact: OrderContact {
                name: contact.name.into_string(),
                phone: contact.phone.into_string(),
                email: contact.email.map(stoa_core::Email::into_string),
            },
            address: order.delivery.address,
            lines: order.lines.into_iter().map(OrderPageLine::from).collect(),
            subtotal: order.totals.subtotal,
            shipping: order.totals.shipping,
            total: order.totals.total,
            note: order.delivery.note.map(stoa_core::Prose::into_string),
        }
    }
}

impl From<OrderLine> for OrderPageLine {
    fn from(line: OrderLine) -> Self {
        Self {
            image: image(line.image, &line.title),
            title: line.title,
            variant_title: line.variant_title,
            sku: line.sku,
            quantity: line.quantity.get(),
            unit_price: line.unit_price,
            total: line.total,
        }
    }
}

/// A line's picture shows what its title says.
fn image(url: Option<String>, title: &str) -> Option<Image> {
    url.map(|url| Image {
        url,
        alt: title.to_owned(),
    })
}
