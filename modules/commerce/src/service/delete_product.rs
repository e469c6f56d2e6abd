//! Deletes a product. Orders keep what they say of it.

use stoa_db::Cx;

use crate::{domain::ids::ProductId, error::CommerceError, events::ProductDeleted, store};

pub(crate) async fn delete_product(cx: &mut Cx, id: ProductId) -> Result<(), CommerceError> {
    let slug = store::delete_product(cx, id)
        .await?
        .ok_or(CommerceError::ProductNotFound)?;
    cx.record(&ProductDeleted { product: id, slug });
    Ok(())
}
