//! Products as the API shows them.

use serde::Serialize;
use stoa_core::{Money, Timestamp};
use utoipa::ToSchema;

use crate::domain::{
    card::Card,
    ids::{ProductId, VariantId},
    product::Product,
    variant::{Choice, Variant},
};

/// A product with all that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductView {
    id: ProductId,
    /// Its place on websites: `/products/{slug}`.
    #[schema(example = "linen-shirt")]
    slug: String,
    #[schema(example = "Linen shirt")]
    title: String,
    /// Safe markup: scripts, styles and forms were taken out when it was written.
    #[schema(example = "<p>Washed linen, made in Dhaka.</p>")]
    description_html: String,
    #[schema(example = "Rongdhonu")]
    vendor: Option<String>,
    #[schema(example = "Shirts")]
    product_type: Option<String>,
    /// `draft`, `active` or `archived`; websites show active ones.
    #[schema(example = "active")]
    status: &'static str,
    #[schema(example = json!(["men", "linen"]))]
    tags: Vec<String>,
    /// What tells variants apart; empty when there is only one.
    options: Vec<OptionView>,
    images: Vec<ImageView>,
    variants: Vec<VariantView>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Sent back with a change.
    #[schema(example = 3)]
    version: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OptionView {
    #[schema(example = "Size")]
    name: String,
    /// As the variants use them, in their order.
    #[schema(example = json!(["S", "M"]))]
    values: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImageView {
    /// An http(s) address, or a path of the website that starts with `/`.
    #[schema(example = "https://cdn.example.com/linen-shirt.jpg")]
    url: String,
    #[schema(example = "A folded linen shirt")]
    alt: String,
    /// The variant that it shows.
    variant_id: Option<VariantId>,
}

/// What is priced, stocked and sold.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VariantView {
    id: VariantId,
    /// Its choices, or `Default Title`.
    #[schema(example = "M / Sand")]
    title: String,
    /// One choice for each option of the product.
    #[schema(example = json!(["M", "Sand"]))]
    options: Vec<String>,
    #[schema(example = "LIN-M-SAND")]
    sku: Option<String>,
    #[schema(example = "4006381333931")]
    barcode: Option<String>,
    price: Money,
    /// What it cost before.
    compare_at: Option<Money>,
    #[schema(example = 320)]
    weight_grams: u32,
    /// Pieces; below zero when more were sold on backorder than there are.
    #[schema(example = 12)]
    stock: i64,
    /// Whether stock is counted.
    tracked: bool,
    /// Whether selling goes on when nothing is left.
    backorder: bool,
    requires_shipping: bool,
    taxable: bool,
    /// Whether it can be bought now.
    available: bool,
    /// Sent back with a change. Stock does not change it.
    #[schema(example = 2)]
    version: i64,
}

/// A product as lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductSummary {
    id: ProductId,
    #[schema(example = "linen-shirt")]
    slug: String,
    #[schema(example = "Linen shirt")]
    title: String,
    #[schema(example = "active")]
    status: &'static str,
    /// The first picture's address.
    #[schema(example = "https://cdn.example.com/linen-shirt.jpg")]
    image: Option<String>,
    /// Of the cheapest variant.
    price: Money,
    /// Whether another variant has another price.
    price_varies: bool,
    /// Whether any variant can be bought now.
    available: bool,
    created_at: Timestamp,
    #[schema(example = 3)]
    version: i64,
}

impl From<Product> for ProductView {
    fn from(product: Product) -> Self {
        let options = product
            .option_values()
            .into_iter()
            .map(|(name, values)| OptionView { name, values })
            .collect();
        let images = product.pictures.iter().map(|picture| ImageView {
            url: picture.url.as_str().to_owned(),
            alt: picture.alt.clone(),
            variant_id: picture
                .variant
                .and_then(|at| product.variants.get(at))
                .map(|variant| variant.id),
        });
        Self {
            id: product.id,
            slug: product.slug.into_string(),
            images: images.collect(),
            title: product.about.title.into_string(),
            description_html: product.about.description.as_str().to_owned(),
            vendor: product.about.vendor.map(stoa_core::Text::into_string),
            product_type: product.about.product_type.map(stoa_core::Text::into_string),
            status: product.about.status.as_str(),
            tags: product
                .about
                .tags
                .into_iter()
                .map(stoa_core::Text::into_string)
                .collect(),
            options,
            variants: product.variants.into_iter().map(VariantView::from).collect(),
            created_at: product.created_at,
            updated_at: product.updated_at,
            version: product.version,
        }
    }
}

impl From<Variant> for VariantView {
    fn from(variant: Variant) -> Self {
        let title = variant.title();
        let offer = variant.offer;
        Self {
            id: variant.id,
            title,
            options: variant.choices.into_iter().map(Choice::into_string).collect(),
            sku: offer.sku.map(stoa_core::Sku::into_string),
            barcode: offer.barcode.map(stoa_core::Text::into_string),
            price: offer.price,
            compare_at: offer.compare_at,
            weight_grams: offer.weight_grams,
            stock: offer.supply.stock,
            tracked: offer.supply.tracked,
            backorder: offer.supply.backorder,
            requires_shipping: offer.requires_shipping,
            taxable: offer.taxable,
            available: offer.supply.is_available(),
            version: variant.version,
        }
    }
}

impl From<Card> for ProductSummary {
    fn from(card: Card) -> Self {
        Self {
            id: card.id,
            slug: card.slug,
            title: card.title,
            status: card.status.as_str(),
            image: card.image.map(|image| image.url),
            price: card.span.lowest,
            price_varies: card.span.varies,
            available: card.span.available,
            created_at: card.created_at,
            version: card.version,
        }
    }
}
