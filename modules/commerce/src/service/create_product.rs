//! Makes a product.

use stoa_db::Cx;

use crate::{
    domain::product::{Product, SoundDraft},
    error::CommerceError,
    events::ProductCreated,
    store,
};

pub(crate) async fn create_product(cx: &mut Cx, draft: SoundDraft) -> Result<Product, CommerceError> {
    let product = Product::new(draft, cx.now());
    store::insert_product(cx, &product).await?;
    cx.record(&ProductCreated { product: product.id });
    Ok(product)
}
