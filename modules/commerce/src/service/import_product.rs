//! Brings a product of a file into the shop. A second time changes nothing.

use stoa_core::{Currency, Sku};
use stoa_db::Cx;

use crate::{
    domain::product::{Product, SoundDraft},
    error::CommerceError,
    events::{ProductChanged, ProductCreated},
    import::{Mistake, Part, Wanted, overlay},
    store::{self, Change, ProductKey},
};

/// What became of a product.
#[derive(Debug)]
pub(crate) enum Imported {
    Created,
    Updated,
    Unchanged,
    /// It was left as it is.
    Rejected(Vec<Mistake>),
}

/// Fails when the store does, and when somebody else writes the same product at the same time: the unit of work is then
/// not to be committed.
pub(crate) async fn import_product(
    cx: &mut Cx,
    currency: Currency,
    wanted: &Wanted,
) -> Result<Imported, CommerceError> {
    let known = store::product(cx, &ProductKey::Slug(wanted.slug.clone()), None).await?;
    let draft = match overlay(wanted, known.as_ref(), currency) {
        Ok(draft) => draft,
        Err(mistakes) => return Ok(Imported::Rejected(mistakes)),
    };
    let is_same = |known: &Product| known.to_draft() == *draft.draft();
    if known.as_ref().is_some_and(is_same) {
        return Ok(Imported::Unchanged);
    }
    write(cx, wanted, known, draft).await
}

async fn write(
    cx: &mut Cx,
    wanted: &Wanted,
    known: Option<Product>,
    draft: SoundDraft,
) -> Result<Imported, CommerceError> {
    let now = cx.now();
    let after = match &known {
        Some(known) => known.becoming(draft, now),
        None => Product::new(draft, now),
    };
    let skus = after
        .variants
        .iter()
        .filter_map(|variant| variant.offer.sku.as_ref())
        .collect::<Vec<_>>();
    let taken = store::skus_elsewhere(cx, after.id, &skus).await?;
    let mistakes = sku_mistakes(wanted, &after, &taken);
    if !mistakes.is_empty() {
        return Ok(Imported::Rejected(mistakes));
    }
    let Some(known) = known else {
        store::insert_product(cx, &after).await?;
        cx.record(&ProductCreated { product: after.id });
        return Ok(Imported::Created);
    };
    if store::replace_product(cx, &known, &after).await? == Change::Stale {
        return Err(CommerceError::StaleVersion);
    }
    cx.record(&ProductChanged { product: after.id });
    Ok(Imported::Updated)
}

/// SKUs that another product has, or that this one has twice.
fn sku_mistakes(wanted: &Wanted, after: &Product, taken: &[Sku]) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut known: Vec<&Sku> = Vec::new();
    for (position, variant) in after.variants.iter().enumerate() {
        let Some(sku) = &variant.offer.sku else { continue };
        let mut refuse = |reason| {
            let row = wanted.row_of(position);
            mistakes.push(Mistake::new(row, Part::Sku, "commerce.sku_taken", reason));
        };
        if taken.contains(sku) {
            refuse(format!("{sku} belongs to another product"));
        } else if known.contains(&sku) {
            refuse(format!("{sku} stands further up too"));
        }
        known.push(sku);
    }
    mistakes
}
