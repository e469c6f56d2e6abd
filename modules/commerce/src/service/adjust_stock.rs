//! Corrects stock: goods were counted, received or lost.

use stoa_core::Text;
use stoa_db::Cx;

use crate::{
    domain::{
        ids::{ProductId, VariantId},
        supply::Supply,
    },
    error::CommerceError,
    events::{AvailabilityChanged, StockAdjusted},
    store,
};

#[derive(Debug)]
pub(crate) struct AdjustStock {
    /// Pieces more, or less when below zero.
    pub(crate) delta: i64,
    /// For those who read the journal.
    pub(crate) reason: Text<200>,
}

/// The supply after the adjustment.
pub(crate) async fn adjust_stock(
    cx: &mut Cx,
    product: ProductId,
    variant: VariantId,
    command: AdjustStock,
) -> Result<Supply, CommerceError> {
    let AdjustStock { delta, reason } = command;
    let Some(supply) = store::adjust_stock(cx, product, variant, delta).await? else {
        let belongs = store::find_variant_product(cx, variant).await? == Some(product);
        return Err(if belongs {
            CommerceError::StockBelowZero
        } else {
            CommerceError::VariantNotFound
        });
    };
    cx.record(&StockAdjusted {
        variant,
        delta,
        reason: reason.into_string(),
        stock: supply.stock,
    });
    if supply.flipped_by(delta) {
        cx.record(&AvailabilityChanged {
            variants: vec![variant],
        });
    }
    Ok(supply)
}
