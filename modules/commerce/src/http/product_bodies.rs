//! What clients send to make a product, as it comes, and what it means once it is checked.

use serde::Deserialize;
use stoa_core::{Currency, FieldErrors, Money, Prose, Sku, Slug, TextError, optional, slugify};
use stoa_http::{ApiError, Cores};
use utoipa::ToSchema;

use crate::domain::{
    html::Html,
    picture::{Picture, PictureUrl},
    product::{
        About, Draft, DraftVariant, MAX_PICTURES, MAX_TAGS, Objection, Place, ProductStatus, SoundDraft, Tag,
        Title,
    },
    supply::Supply,
    variant::{Choice, MAX_OPTIONS, MAX_VARIANTS, Offer, OptionName, check_price},
};

/// A product to make. One without options has exactly one variant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateProduct {
    /// Made from the title when it is left out.
    #[schema(example = "linen-shirt")]
    slug: Option<String>,
    #[schema(example = "Linen shirt")]
    title: String,
    /// Markup; what is not safe to show is taken out.
    #[serde(default)]
    #[schema(example = "<p>Washed linen, made in Dhaka.</p>")]
    description_html: String,
    #[schema(example = "Rongdhonu")]
    vendor: Option<String>,
    #[schema(example = "Shirts")]
    product_type: Option<String>,
    /// `draft` unless said: `draft`, `active` or `archived`.
    #[schema(example = "active")]
    status: Option<String>,
    #[serde(default)]
    #[schema(example = json!(["men", "linen"]))]
    tags: Vec<String>,
    /// Names of what tells variants apart: three at most.
    #[serde(default)]
    #[schema(example = json!(["Size"]))]
    options: Vec<String>,
    #[serde(default)]
    images: Vec<ImageBody>,
    /// From 1 to 100.
    variants: Vec<VariantBody>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageBody {
    /// An http(s) address, or a path of the website that starts with a single `/`.
    #[schema(example = "https://cdn.example.com/linen-shirt.jpg")]
    url: String,
    #[serde(default)]
    #[schema(example = "A folded linen shirt")]
    alt: String,
    /// The position, from 0, of the variant that it shows.
    #[schema(example = 0)]
    variant: Option<usize>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VariantBody {
    /// One choice for each option.
    #[serde(default)]
    #[schema(example = json!(["M"]))]
    options: Vec<String>,
    #[schema(example = "LIN-M")]
    sku: Option<String>,
    #[schema(example = "4006381333931")]
    barcode: Option<String>,
    /// In the shop's currency.
    price: Money,
    compare_at: Option<Money>,
    #[serde(default)]
    #[schema(example = 320)]
    weight_grams: u32,
    #[serde(default)]
    #[schema(example = 12)]
    stock: i64,
    /// Whether stock is counted: true unless said.
    #[serde(default = "yes")]
    tracked: bool,
    /// Whether selling goes on when nothing is left: false unless said.
    #[serde(default)]
    backorder: bool,
    #[serde(default = "yes")]
    requires_shipping: bool,
    #[serde(default = "yes")]
    taxable: bool,
}

fn yes() -> bool {
    true
}

/// Markup longer than this, in bytes, takes so long to be made safe that it is not done on a thread that serves.
const LONG_MARKUP: usize = 8 * 1024;

/// What a body means, by `parse`, which is done beside the threads that serve when the body's markup is long.
pub(super) async fn parse_markup<T: Send + 'static>(
    cores: &Cores,
    markup: usize,
    parse: impl FnOnce() -> Result<T, FieldErrors> + Send + 'static,
) -> Result<T, ApiError> {
    if markup > LONG_MARKUP {
        return Ok(cores.run(parse).await??);
    }
    Ok(parse()?)
}

impl CreateProduct {
    pub(crate) async fn parse_on(self, cores: &Cores, currency: Currency) -> Result<SoundDraft, ApiError> {
        let markup = self.description_html.len();
        parse_markup(cores, markup, move || self.parse(currency)).await
    }

    fn parse(self, currency: Currency) -> Result<SoundDraft, FieldErrors> {
        let mut errors = FieldErrors::new();
        let slug = errors.check("slug", slug(self.slug.as_deref(), &self.title));
        let title = errors.check("title", Title::parse(&self.title));
        let description = errors.check("description_html", Html::parse(&self.description_html));
        let vendor = errors.check("vendor", optional(self.vendor.as_deref().unwrap_or_default()));
        let product_type = errors.check(
            "product_type",
            optional(self.product_type.as_deref().unwrap_or_default()),
        );
        let status = errors.check(
            "status",
            ProductStatus::parse(self.status.as_deref().unwrap_or("draft")),
        );
        let tags = list(&mut errors, "tags", &self.tags, MAX_TAGS, Tag::parse);
        let options = list(
            &mut errors,
            "options",
            &self.options,
            MAX_OPTIONS,
            OptionName::parse,
        );
        let pictures = pictures(&mut errors, self.images);
        let variants = variants(&mut errors, self.variants, currency);
        let (slug, title, description, vendor, product_type, status) =
            errors.finish((slug, title, description, vendor, product_type, status))?;
        let about = About {
            title,
            description,
            vendor,
            product_type,
            status,
            tags,
        };
        Draft {
            slug,
            about,
            options,
            pictures,
            variants,
        }
        .check()
        .map_err(objections)
    }
}

/// The slug that is asked for, or the one that the title suggests.
fn slug(slug: Option<&str>, title: &str) -> Result<Slug, TextError> {
    match slug {
        Some(slug) => Slug::parse(slug),
        None => slugify(title).ok_or_else(|| TextError {
            code: "slug.missing",
            detail: "is needed, since the title has no Latin letters".to_owned(),
        }),
    }
}

/// The items that are right. Of more than `max` one is read, and shows that there are too many.
pub(super) fn list<T>(
    errors: &mut FieldErrors,
    field: &str,
    texts: &[String],
    max: usize,
    parse: impl Fn(&str) -> Result<T, TextError>,
) -> Vec<T> {
    let numbered = texts.iter().take(max + 1).enumerate();
    numbered
        .filter_map(|(at, text)| errors.check(format!("{field}[{at}]"), parse(text)))
        .collect()
}

pub(super) fn pictures(errors: &mut FieldErrors, images: Vec<ImageBody>) -> Vec<Picture> {
    let mut pictures = Vec::new();
    for (at, image) in images.into_iter().take(MAX_PICTURES + 1).enumerate() {
        let url = errors.check(format!("images[{at}].url"), PictureUrl::parse(&image.url));
        let alt = errors.check(format!("images[{at}].alt"), Prose::<500>::optional(&image.alt));
        if let (Some(url), Some(alt)) = (url, alt) {
            pictures.push(Picture {
                url,
                alt: alt.map(Prose::into_string).unwrap_or_default(),
                variant: image.variant,
            });
        }
    }
    pictures
}

fn variants(errors: &mut FieldErrors, bodies: Vec<VariantBody>, currency: Currency) -> Vec<DraftVariant> {
    let numbered = bodies.into_iter().take(MAX_VARIANTS + 1).enumerate();
    numbered
        .filter_map(|(at, body)| variant(errors, &format!("variants[{at}]"), body, currency))
        .collect()
}

fn variant(
    errors: &mut FieldErrors,
    place: &str,
    body: VariantBody,
    currency: Currency,
) -> Option<DraftVariant> {
    let place_of_choices = format!("{place}.options");
    let choices = list(
        errors,
        &place_of_choices,
        &body.options,
        MAX_OPTIONS,
        Choice::parse,
    );
    let sku = body
        .sku
        .filter(|sku| !sku.trim().is_empty())
        .map(|sku| Sku::parse(&sku))
        .transpose();
    let sku = errors.check(format!("{place}.sku"), sku);
    let barcode = errors.check(
        format!("{place}.barcode"),
        optional(body.barcode.as_deref().unwrap_or_default()),
    );
    let price = errors.check(format!("{place}.price"), check_price(body.price, currency));
    let compare_at = body
        .compare_at
        .map(|money| check_price(money, currency))
        .transpose();
    let compare_at = errors.check(format!("{place}.compare_at"), compare_at);
    let offer = Offer {
        sku: sku?,
        barcode: barcode?,
        price: price?,
        compare_at: compare_at?,
        weight_grams: body.weight_grams,
        supply: Supply {
            stock: body.stock,
            tracked: body.tracked,
            backorder: body.backorder,
        },
        requires_shipping: body.requires_shipping,
        taxable: body.taxable,
    };
    Some(DraftVariant { choices, offer })
}

fn objections(objections: Vec<Objection>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for Objection { place, reason } in objections {
        let field = match place {
            Place::Tags => "tags".to_owned(),
            Place::Options => "options".to_owned(),
            Place::Pictures => "images".to_owned(),
            Place::Variant(at) => format!("variants[{at}]"),
        };
        errors.add(field, reason.code, reason.detail);
    }
    errors
}
