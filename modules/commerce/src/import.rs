//! Products out of files that other shops export. A format understands its columns and says what a product is wanted to
//! be; all else is the same for every format.

mod cells;
mod foreign;
mod header;
mod overlay;
mod shopify;
mod wanted;

use stoa_core::{Feature, Permission as _};
use stoa_imports::{ImportKind, Importer, Opening, Unusable};

use crate::permissions::ProductsWrite;

pub(crate) use overlay::overlay;
pub(crate) use wanted::{Mistake, Part, Wanted, WantedVariant};

/// Importing products.
pub const PRODUCTS: ImportKind = ImportKind {
    name: "products",
    // Shopify's product CSV, with the headers of either generation (<https://help.shopify.com/manual/products/import-export>).
    formats: &["shopify"],
    feature: Some(Feature::Ecommerce),
    permission: ProductsWrite::KEY,
    open,
};

fn open(opening: &Opening<'_>) -> Result<Box<dyn Importer>, Unusable> {
    foreign::refuse(opening)?;
    Ok(Box::new(shopify::Shopify::open(opening)?))
}
