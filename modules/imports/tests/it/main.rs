//! The module as its callers meet it, on both engines.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails where it breaks"
)]

mod bounds;
mod builders;
mod contents;
mod given_up;
mod kept;
mod rejected_rows;
mod resume;
mod turns;
mod uploads;
