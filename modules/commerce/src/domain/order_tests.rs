//! Totals add up exactly, or not at all.

use proptest::prelude::*;

use super::*;
use crate::domain::cart::tests::{PLENTY, line};

fn totals(lines: &[(i64, i64)]) -> Result<Option<Totals>, TextError> {
    let mut order_lines = Vec::new();
    for (price, quantity) in lines {
        match OrderLine::of(&line(*price, *quantity, PLENTY)?) {
            Some(line) => order_lines.push(line),
            None => return Ok(None),
        }
    }
    Ok(Totals::of(&order_lines, Currency::parse("BDT")?))
}

#[test]
fn adds_lines_and_shipping() -> Result<(), TextError> {
    let bdt = Currency::parse("BDT")?;
    let expected = Totals {
        subtotal: Money::new(2599, bdt),
        shipping: Money::zero(bdt),
        total: Money::new(2599, bdt),
    };
    assert_eq!(totals(&[(1250, 2), (99, 1)])?, Some(expected));
    assert_eq!(totals(&[(i64::MAX, 2)])?, None);
    assert_eq!(totals(&[(i64::MAX, 1), (1, 1)])?, None);
    Ok(())
}

#[test]
fn words_are_stored_as_they_are_read() {
    for word in ["pending", "processing", "shipped", "delivered", "cancelled"] {
        assert_eq!(OrderStatus::parse(word).map(OrderStatus::as_str), Ok(word));
    }
    assert!(PaymentMethod::parse("card").is_err());
}

proptest! {
    #[test]
    fn totals_are_the_exact_sum(lines in prop::collection::vec((0..=i64::MAX, 1..=999_i64), 1..100)) {
        let exact: i128 = lines.iter().map(|(price, quantity)| i128::from(*price) * i128::from(*quantity)).sum();
        let found = totals(&lines).map_err(|error| TestCaseError::fail(error.detail))?;
        prop_assert_eq!(found.map(|totals| totals.subtotal.amount), i64::try_from(exact).ok());
    }

    #[test]
    fn every_cart_that_a_shop_can_sell_has_a_total(
        lines in prop::collection::vec((0..=1_000_000_000_000_i64, 1..=999_i64), 1..=100),
    ) {
        let found = totals(&lines).map_err(|error| TestCaseError::fail(error.detail))?;
        let adds_up = found.is_some_and(|totals| {
            totals.subtotal.checked_add(totals.shipping) == Some(totals.total)
        });
        prop_assert!(adds_up);
    }

    #[test]
    fn the_order_of_lines_does_not_matter(
        lines in prop::collection::vec((0..=1_000_000_000_000_i64, 1..=999_i64), 1..20),
    ) {
        let reversed = lines.iter().rev().copied().collect::<Vec<_>>();
        prop_assert_eq!(totals(&lines).ok(), totals(&reversed).ok());
    }
}
