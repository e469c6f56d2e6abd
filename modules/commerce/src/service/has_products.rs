//! Says whether a shop has anything to show yet.

use stoa_db::{Cx, DbResult, Stretch};

use crate::store::{self, ProductFilter};

/// Whether there is a product, of whatever status.
pub async fn has_products(cx: &mut Cx) -> DbResult<bool> {
    let first = store::cards(cx, &ProductFilter::default(), &Stretch::first(1)).await?;
    Ok(!first.is_empty())
}
