//! The module as its callers meet it, on both engines.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails where it breaks"
)]

mod pages;
mod sites;
