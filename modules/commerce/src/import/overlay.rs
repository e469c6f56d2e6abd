//! What a product becomes when a file is laid over it: the file's variants are the product's variants, and what the
//! file has no column for stays as it is.

use stoa_core::{Currency, Money};

use super::{Mistake, Part, Wanted, WantedVariant};
use crate::domain::{
    picture::Picture,
    product::{About, Draft, DraftVariant, Objection, Place, Product, ProductStatus, SoundDraft},
    supply::Supply,
    variant::{Offer, Variant},
};

/// The draft, or why there is none.
pub(crate) fn overlay(
    wanted: &Wanted,
    known: Option<&Product>,
    currency: Currency,
) -> Result<SoundDraft, Vec<Mistake>> {
    let variants = variants(wanted, known, currency)?;
    let pictures = wanted
        .pictures
        .clone()
        .unwrap_or_else(|| kept_pictures(known, &variants));
    let draft = Draft {
        slug: wanted.slug.clone(),
        about: about(wanted, known.map(|known| &known.about)),
        options: wanted
            .options
            .clone()
            .or(known.map(|known| known.options.clone()))
            .unwrap_or_default(),
        pictures,
        variants,
    };
    draft.check().map_err(|objections| {
        objections
            .into_iter()
            .map(|objection| mistake(wanted, objection))
            .collect()
    })
}

fn about(wanted: &Wanted, known: Option<&About>) -> About {
    About {
        title: wanted.title.clone(),
        description: wanted
            .description
            .clone()
            .or(known.map(|known| known.description.clone()))
            .unwrap_or_default(),
        vendor: wanted
            .vendor
            .clone()
            .unwrap_or_else(|| known.and_then(|known| known.vendor.clone())),
        product_type: wanted
            .product_type
            .clone()
            .unwrap_or_else(|| known.and_then(|known| known.product_type.clone())),
        status: wanted
            .status
            .or(known.map(|known| known.status))
            .unwrap_or(ProductStatus::Active),
        tags: wanted
            .tags
            .clone()
            .or(known.map(|known| known.tags.clone()))
            .unwrap_or_default(),
    }
}

fn variants(
    wanted: &Wanted,
    known: Option<&Product>,
    currency: Currency,
) -> Result<Vec<DraftVariant>, Vec<Mistake>> {
    // Without columns for options a row cannot say which of several variants it means.
    if let (None, Some(known)) = (&wanted.options, known)
        && !known.options.is_empty()
    {
        return match wanted.variants.iter().find(|variant| variant.says_something()) {
            Some(variant) => Err(vec![Mistake::new(
                variant.row,
                Part::Choices,
                "import.missing",
                "is needed, since this product has several variants",
            )]),
            None => Ok(known.to_draft().variants),
        };
    }
    let (mut made, mut errors) = (Vec::new(), Vec::new());
    for variant in &wanted.variants {
        let before = known.and_then(|known| find(&known.variants, variant));
        match offer(variant, before, currency) {
            Some(offer) => made.push(DraftVariant {
                choices: variant.choices.clone(),
                offer,
            }),
            None => errors.push(Mistake::new(
                variant.row,
                Part::Price,
                "import.missing",
                "is needed for a new variant",
            )),
        }
    }
    if errors.is_empty() { Ok(made) } else { Err(errors) }
}

fn find<'v>(variants: &'v [Variant], wanted: &WantedVariant) -> Option<&'v Offer> {
    variants
        .iter()
        .find(|known| known.choices == wanted.choices)
        .map(|known| &known.offer)
}

/// None when neither the file nor the shop knows a price.
fn offer(wanted: &WantedVariant, known: Option<&Offer>, currency: Currency) -> Option<Offer> {
    let known_price = known
        .map(|known| known.price)
        .filter(|price: &Money| price.currency == currency);
    Some(Offer {
        sku: wanted
            .sku
            .clone()
            .unwrap_or_else(|| known.and_then(|known| known.sku.clone())),
        barcode: wanted
            .barcode
            .clone()
            .unwrap_or_else(|| known.and_then(|known| known.barcode.clone())),
        price: wanted.price.or(known_price)?,
        compare_at: wanted
            .compare_at
            .unwrap_or_else(|| known.and_then(|known| known.compare_at)),
        weight_grams: wanted
            .weight_grams
            .or(known.map(|known| known.weight_grams))
            .unwrap_or(0),
        supply: supply(wanted, known),
        requires_shipping: wanted
            .requires_shipping
            .or(known.map(|known| known.requires_shipping))
            .unwrap_or(true),
        taxable: wanted
            .taxable
            .or(known.map(|known| known.taxable))
            .unwrap_or(true),
    })
}

fn supply(wanted: &WantedVariant, known: Option<&Offer>) -> Supply {
    let uncounted = Supply {
        stock: 0,
        tracked: false,
        backorder: false,
    };
    let supply = known.map_or(uncounted, |known| known.supply);
    Supply {
        // The file's count is older than what was sold since: it counts for a variant that is new.
        stock: known
            .map(|known| known.supply.stock)
            .or(wanted.stock)
            .unwrap_or(0),
        tracked: wanted.tracked.unwrap_or(supply.tracked),
        backorder: wanted.backorder.unwrap_or(supply.backorder),
    }
}

impl WantedVariant {
    fn says_something(&self) -> bool {
        self.price.is_some() || self.sku.is_some() || self.stock.is_some() || self.compare_at.is_some()
    }
}

/// The pictures that were there, of the variants that are still there.
fn kept_pictures(known: Option<&Product>, variants: &[DraftVariant]) -> Vec<Picture> {
    let Some(known) = known else { return Vec::new() };
    let moved = |position: usize| {
        let choices = &known.variants.get(position)?.choices;
        variants.iter().position(|variant| variant.choices == *choices)
    };
    let mut pictures = known.pictures.clone();
    for picture in &mut pictures {
        picture.variant = picture.variant.and_then(moved);
    }
    pictures
}

fn mistake(wanted: &Wanted, objection: Objection) -> Mistake {
    let code = objection.reason.code;
    let (row, part) = match objection.place {
        Place::Tags => (wanted.row, Part::Tags),
        Place::Options => (wanted.row, Part::OptionNames),
        Place::Pictures => (wanted.row, Part::Pictures),
        Place::Variant(at) if code.starts_with("stock.") => (wanted.row_of(at), Part::Stock),
        Place::Variant(at) if code.starts_with("weight.") => (wanted.row_of(at), Part::Weight),
        Place::Variant(at) => (wanted.row_of(at), Part::Choices),
    };
    Mistake::new(row, part, code, objection.reason.detail)
}
