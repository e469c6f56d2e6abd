//! Everything that can go wrong in commerce, with the codes that clients rely on.

use stoa_core::{ErrorKind, Failure, FieldError, FieldErrors};
use stoa_db::DbError;

#[derive(Debug, thiserror::Error)]
pub enum CommerceError {
    #[error("There is no such product.")]
    ProductNotFound,
    #[error("There is no such variant.")]
    VariantNotFound,
    #[error("There is no such cart.")]
    CartNotFound,
    #[error("There is no such order.")]
    OrderNotFound,
    #[error("Another product has this slug.")]
    SlugTaken,
    #[error("Another variant has this SKU.")]
    SkuTaken,
    #[error("It was changed meanwhile; read it again and repeat the change.")]
    StaleVersion,
    #[error("Stock would fall below zero.")]
    StockBelowZero,
    /// One entry for each line that cannot be served; the field names its variant.
    #[error("Not everything can be had any more.")]
    OutOfStock(Vec<FieldError>),
    #[error("Prices have changed: look at the new total, then order again.")]
    PricesChanged,
    #[error("The cart is empty.")]
    CartEmpty,
    #[error("A cart holds at most 100 different things.")]
    CartFull,
    #[error("This cart was ordered already; make a new one.")]
    CartOrdered,
    #[error("These amounts cannot be added up.")]
    AmountOutOfRange,
    #[error("An order that is on its way, or cancelled already, cannot be cancelled.")]
    NotCancellable,
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    #[error(transparent)]
    Db(DbError),
}

impl CommerceError {
    pub(crate) fn invalid(field: impl Into<String>, error: stoa_core::TextError) -> Self {
        let mut errors = FieldErrors::new();
        errors.add(field, error.code, error.detail);
        Self::Invalid(errors)
    }
}

impl From<DbError> for CommerceError {
    fn from(error: DbError) -> Self {
        if error.violates("products_slug_key") {
            Self::SlugTaken
        } else if error.violates("variants_sku_key") {
            Self::SkuTaken
        } else if error.violates("orders_cart_id_key") {
            Self::CartOrdered
        } else {
            Self::Db(error)
        }
    }
}

impl Failure for CommerceError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::ProductNotFound | Self::VariantNotFound | Self::CartNotFound | Self::OrderNotFound => {
                ErrorKind::NotFound
            }
            Self::SlugTaken
            | Self::SkuTaken
            | Self::StaleVersion
            | Self::StockBelowZero
            | Self::OutOfStock(_)
            | Self::PricesChanged
            | Self::CartEmpty
            | Self::CartOrdered
            | Self::NotCancellable => ErrorKind::Conflict,
            Self::CartFull | Self::AmountOutOfRange => ErrorKind::Invalid,
            Self::Invalid(errors) => errors.kind(),
            Self::Db(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::ProductNotFound => "commerce.product_not_found",
            Self::VariantNotFound => "commerce.variant_not_found",
            Self::CartNotFound => "commerce.cart_not_found",
            Self::OrderNotFound => "commerce.order_not_found",
            Self::SlugTaken => "commerce.slug_taken",
            Self::SkuTaken => "commerce.sku_taken",
            Self::StaleVersion => "commerce.stale_version",
            Self::StockBelowZero => "commerce.stock_below_zero",
            Self::OutOfStock(_) => "commerce.out_of_stock",
            Self::PricesChanged => "commerce.prices_changed",
            Self::CartEmpty => "commerce.cart_empty",
            Self::CartFull => "commerce.cart_full",
            Self::CartOrdered => "commerce.cart_ordered",
            Self::AmountOutOfRange => "commerce.amount_out_of_range",
            Self::NotCancellable => "commerce.not_cancellable",
            Self::Invalid(errors) => errors.code(),
            Self::Db(error) => error.code(),
        }
    }

    fn fields(&self) -> &[FieldError] {
        match self {
            Self::OutOfStock(lines) => lines,
            Self::Invalid(errors) => errors.fields(),
            _ => &[],
        }
    }
}
