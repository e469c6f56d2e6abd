//! Carts that wait to be ordered: which there are follows from their numbers, so that no list has to be carried around.

use std::ops::Range;

use stoa_core::Token;
use uuid::Uuid;

/// What carts are spread over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) tenants: u32,
    /// Of each tenant, of one variant each.
    pub(crate) products: u32,
}

/// Over what the pairs of PERF-3 to PERF-6 have.
pub(crate) const MANY_SHOPS: Spread = Spread {
    tenants: 200,
    products: 200,
};

/// Lines of each cart.
pub(crate) const LINES: u32 = 3;

/// Identifiers of carts begin so; the number follows.
const CART_IDS: u128 = 0x0190_0000_0000_7000_8000_0000_0000_0000;

/// A letter as the checkout leaves it to be sent, one to the shopper and one to the shop.
pub(crate) const LETTER: &str = include_str!("../pgbench/letter.json");

/// Spreads the carts' products; any prime above their number.
pub(crate) const STRIDE: u32 = 7919;

/// The text of a cart's token. It must be base64url of 32 bytes, hence the last letter.
pub(crate) fn token_text(cart: u32) -> String {
    format!("{cart:A>42}A")
}

pub(crate) fn token(cart: u32) -> anyhow::Result<Token> {
    Token::parse(&token_text(cart)).ok_or_else(|| anyhow::anyhow!("a cart's token is no token"))
}

pub(crate) fn cart_id(cart: u32) -> Uuid {
    Uuid::from_u128(CART_IDS | u128::from(cart))
}

/// What all carts' ids begin with; the rest is the number in twelve hexadecimal digits.
pub(crate) fn id_start() -> String {
    cart_id(0).to_string().chars().take(24).collect()
}

impl Spread {
    /// Whose cart it is, counted from 0.
    pub(crate) fn tenant(self, cart: u32) -> u32 {
        cart % self.tenants
    }

    /// The products in a cart, counted from 0 in the order of their variants' ids.
    pub(crate) fn products(self, cart: u32) -> Range<u32> {
        let first = cart.wrapping_mul(STRIDE) % self.firsts();
        first..first + LINES
    }

    /// Products that a cart may begin with.
    pub(crate) fn firsts(self) -> u32 {
        self.products - LINES + 1
    }
}

/// Hands out carts, each once.
#[derive(Debug)]
pub(crate) struct Supply {
    rest: Range<u32>,
}

impl Supply {
    pub(crate) fn of(count: u32) -> Self {
        Self { rest: 0..count }
    }

    pub(crate) fn take(&mut self, count: u32) -> anyhow::Result<Range<u32>> {
        let end = self.rest.start + count;
        anyhow::ensure!(end <= self.rest.end, "no carts left");
        let taken = self.rest.start..end;
        self.rest.start = end;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::{LINES, MANY_SHOPS, token};

    #[test]
    fn every_number_has_a_token_and_products() {
        for cart in [0, 7, 199, 12_345, u32::MAX] {
            assert!(token(cart).is_ok());
            let products = MANY_SHOPS.products(cart);
            assert_eq!(products.end - products.start, LINES);
            assert!(products.end <= MANY_SHOPS.products);
        }
    }
}
