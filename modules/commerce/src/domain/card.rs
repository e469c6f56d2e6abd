//! A product in few words: what lists show.

use stoa_core::{Money, Timestamp};

use crate::domain::{ids::ProductId, product::ProductStatus, supply::Supply};

/// A product as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) id: ProductId,
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) status: ProductStatus,
    pub(crate) image: Option<CardImage>,
    pub(crate) created_at: Timestamp,
    pub(crate) version: i64,
    pub(crate) span: PriceSpan,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CardImage {
    pub(crate) url: String,
    pub(crate) alt: String,
}

/// What the variants of a product come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PriceSpan {
    pub(crate) lowest: Money,
    pub(crate) varies: bool,
    /// What the cheapest variant cost before, when it was more.
    pub(crate) reduced_from: Option<Money>,
    pub(crate) available: bool,
}

impl PriceSpan {
    pub(crate) fn of(price: Money, compare_at: Option<Money>, supply: Supply) -> Self {
        let reduced_from = compare_at.filter(|before| before.amount > price.amount);
        Self {
            lowest: price,
            varies: false,
            reduced_from,
            available: supply.is_available(),
        }
    }

    /// Both together.
    pub(crate) fn and(self, other: Self) -> Self {
        let varies = self.varies || other.varies || self.lowest != other.lowest;
        let available = self.available || other.available;
        let cheaper = if other.lowest.amount < self.lowest.amount {
            other
        } else {
            self
        };
        Self {
            varies,
            available,
            ..cheaper
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stoa_core::{Currency, TextError};

    #[test]
    fn spans_all_variants() -> Result<(), TextError> {
        let currency = Currency::parse("BDT")?;
        let money = |amount| Money::new(amount, currency);
        let span = |price, before: i64, stock| {
            let supply = Supply {
                stock,
                tracked: true,
                backorder: false,
            };
            PriceSpan::of(money(price), Some(money(before)), supply)
        };
        let whole = span(900, 0, 0).and(span(500, 700, 0)).and(span(500, 800, 3));
        let expected = PriceSpan {
            lowest: money(500),
            varies: true,
            reduced_from: Some(money(700)),
            available: true,
        };
        assert_eq!(whole, expected);
        assert!(!span(500, 0, 1).and(span(500, 0, 0)).varies);
        assert!(!span(500, 0, 0).and(span(600, 0, 0)).available);
        Ok(())
    }
}
