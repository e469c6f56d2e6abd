//! The use cases of commerce, one file each.

mod adjust_stock;
mod cancel_order;
mod change_product;
mod change_variant;
mod checkout;
mod create_cart;
mod create_product;
mod delete_product;
mod has_products;
mod import_product;
mod put_line;

pub(crate) use adjust_stock::{AdjustStock, adjust_stock};
pub(crate) use cancel_order::cancel_order;
pub(crate) use change_product::{ChangeProduct, change_product};
pub(crate) use change_variant::{ChangeVariant, change_variant};
pub(crate) use checkout::{Checkout, ShopFront, checkout};
pub(crate) use create_cart::create_cart;
pub(crate) use create_product::create_product;
pub(crate) use delete_product::delete_product;
pub use has_products::has_products;
pub(crate) use import_product::{Imported, import_product};
pub(crate) use put_line::{LineChange, PutLine, put_line};
