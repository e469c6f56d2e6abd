//! What sending an order costs.

use stoa_core::Money;

/// The charge for sending goods worth `subtotal`. Delivery is free wherever it goes: the shop bears its cost.
pub(crate) fn shipping(subtotal: Money) -> Money {
    Money::zero(subtotal.currency)
}
