//! Brings a file's products into the shop, one unit of work each. A second run of the same file changes nothing.

use std::io::{Read, Seek};

use stoa_core::{Currency, Sku};
use stoa_db::{Cx, TenantDb};

use crate::{
    domain::product::{Product, SoundDraft},
    error::CommerceError,
    events::{ProductChanged, ProductCreated},
    import::{ImportFormat, ImportReport, Products, RowError, Wanted, overlay},
    store::{self, Change, ProductKey},
};

enum Outcome {
    Created,
    Updated,
    Unchanged,
    Rejected(Vec<RowError>),
}

/// Reads products from `source`, whose prices are in `currency`, and says after each one how far it is.
///
/// Rows that are wrong are reported and leave their product as it was. Fails when the file cannot be read on or the
/// store cannot be written; what was imported until then stays.
pub async fn import_products(
    db: &TenantDb,
    currency: Currency,
    format: ImportFormat,
    source: impl Read + Seek + Send,
    mut on_progress: impl FnMut(&ImportReport) + Send,
) -> Result<ImportReport, CommerceError> {
    let ImportFormat::Shopify = format;
    let mut products = Products::open(source)?;
    let mut report = ImportReport::default();
    while let Some(wanted) = products.next(currency)? {
        report.rows = products.rows();
        let outcome = match wanted {
            Ok(wanted) => import_product(db, currency, &wanted).await?,
            Err(errors) => Outcome::Rejected(errors),
        };
        match outcome {
            Outcome::Created => report.created += 1,
            Outcome::Updated => report.updated += 1,
            Outcome::Unchanged => report.unchanged += 1,
            Outcome::Rejected(errors) => report.reject(errors),
        }
        on_progress(&report);
    }
    report.rows = products.rows();
    Ok(report)
}

async fn import_product(
    db: &TenantDb,
    currency: Currency,
    wanted: &Wanted,
) -> Result<Outcome, CommerceError> {
    let mut cx = db.begin().await?;
    let known = store::product(&mut cx, &ProductKey::Slug(wanted.slug.clone()), None).await?;
    let draft = match overlay(wanted, known.as_ref(), currency) {
        Ok(draft) => draft,
        Err(errors) => return Ok(Outcome::Rejected(errors)),
    };
    if known
        .as_ref()
        .is_some_and(|known| known.to_draft() == *draft.draft())
    {
        return Ok(Outcome::Unchanged);
    }
    match write(&mut cx, wanted, known, draft).await {
        Ok(Outcome::Rejected(errors)) => Ok(Outcome::Rejected(errors)),
        Ok(outcome) => {
            cx.commit().await?;
            Ok(outcome)
        }
        Err(CommerceError::Db(error)) => Err(CommerceError::Db(error)),
        // Somebody else wrote the same product at the same time.
        Err(refusal) => Ok(Outcome::Rejected(vec![row_error(
            wanted.row,
            "Handle",
            refusal.to_string(),
        )])),
    }
}

async fn write(
    cx: &mut Cx,
    wanted: &Wanted,
    known: Option<Product>,
    draft: SoundDraft,
) -> Result<Outcome, CommerceError> {
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
    let errors = sku_errors(wanted, &after, &taken);
    if !errors.is_empty() {
        return Ok(Outcome::Rejected(errors));
    }
    let Some(known) = known else {
        store::insert_product(cx, &after).await?;
        cx.record(&ProductCreated { product: after.id });
        return Ok(Outcome::Created);
    };
    if store::replace_product(cx, &known, &after).await? == Change::Stale {
        return Err(CommerceError::StaleVersion);
    }
    cx.record(&ProductChanged { product: after.id });
    Ok(Outcome::Updated)
}

/// SKUs that another product has, or that this one has twice.
fn sku_errors(wanted: &Wanted, after: &Product, taken: &[Sku]) -> Vec<RowError> {
    let mut errors = Vec::new();
    let mut known: Vec<&Sku> = Vec::new();
    for (position, variant) in after.variants.iter().enumerate() {
        let Some(sku) = &variant.offer.sku else { continue };
        let row = wanted
            .variants
            .get(position)
            .map_or(wanted.row, |variant| variant.row);
        if taken.contains(sku) {
            errors.push(row_error(
                row,
                "Variant SKU",
                format!("{sku} belongs to another product"),
            ));
        } else if known.contains(&sku) {
            errors.push(row_error(
                row,
                "Variant SKU",
                format!("{sku} stands further up too"),
            ));
        }
        known.push(sku);
    }
    errors
}

fn row_error(row: u64, column: &str, reason: String) -> RowError {
    RowError {
        row,
        column: column.to_owned(),
        reason,
    }
}
