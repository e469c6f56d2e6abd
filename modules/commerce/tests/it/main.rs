//! The module as its callers meet it, on both engines.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails where it breaks"
)]

mod builders;
mod carts;
mod checkout;
mod idempotency;
mod import;
mod letters;
mod orders;
mod pages;
mod pages_checkout;
mod products;
mod variants;
