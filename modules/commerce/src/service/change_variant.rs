//! Changes what a variant costs and how it is labelled. Stock has a use case of its own.

use stoa_core::{Money, Sku};
use stoa_db::Cx;

use crate::{
    domain::{
        ids::{ProductId, VariantId},
        variant::{Barcode, Offer, Variant},
    },
    error::CommerceError,
    events::ProductChanged,
    store::{self, Change, ProductKey},
};

/// What is none stays as it is.
#[derive(Debug, Default)]
pub(crate) struct ChangeVariant {
    /// The version that the change was made to.
    pub(crate) version: i64,
    pub(crate) price: Option<Money>,
    pub(crate) compare_at: Option<Option<Money>>,
    pub(crate) sku: Option<Option<Sku>>,
    pub(crate) barcode: Option<Option<Barcode>>,
    pub(crate) weight_grams: Option<u32>,
}

pub(crate) async fn change_variant(
    cx: &mut Cx,
    product: ProductId,
    variant: VariantId,
    command: ChangeVariant,
) -> Result<Variant, CommerceError> {
    let found = store::product(cx, &ProductKey::Id(product), None)
        .await?
        .ok_or(CommerceError::ProductNotFound)?;
    let mut variant = found
        .variants
        .into_iter()
        .find(|candidate| candidate.id == variant)
        .ok_or(CommerceError::VariantNotFound)?;
    variant.version = command.version;
    apply(&mut variant.offer, command);
    variant
        .offer
        .check()
        .map_err(|error| CommerceError::invalid("weight_grams", error))?;
    if store::update_variant(cx, product, &variant).await? == Change::Stale {
        return Err(CommerceError::StaleVersion);
    }
    cx.record(&ProductChanged { product });
    variant.version += 1;
    Ok(variant)
}

fn apply(offer: &mut Offer, command: ChangeVariant) {
    offer.price = command.price.unwrap_or(offer.price);
    offer.compare_at = command.compare_at.unwrap_or(offer.compare_at);
    offer.weight_grams = command.weight_grams.unwrap_or(offer.weight_grams);
    if let Some(sku) = command.sku {
        offer.sku = sku;
    }
    if let Some(barcode) = command.barcode {
        offer.barcode = barcode;
    }
}
