//! Carts: what a shopper means to buy. They hold no prices; those are the variants' at any time.

use stoa_core::{Currency, Money};

use crate::domain::{
    ids::{CartId, ProductId, VariantId},
    quantity::Quantity,
    supply::Supply,
};

pub(crate) const MAX_LINES: usize = 100;

/// A cart with what its variants are now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cart {
    pub(crate) id: CartId,
    pub(crate) lines: Vec<CartLine>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CartLine {
    pub(crate) item: Item,
    pub(crate) quantity: Quantity,
}

/// A variant as a shopper sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) variant: VariantId,
    pub(crate) product: ProductId,
    pub(crate) slug: String,
    pub(crate) title: String,
    /// None when the product has no options.
    pub(crate) variant_title: Option<String>,
    pub(crate) sku: Option<String>,
    pub(crate) image: Option<String>,
    pub(crate) price: Money,
    pub(crate) supply: Supply,
    /// Whether its product is active.
    pub(crate) on_sale: bool,
}

/// Why a line could not be ordered now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    NotOnSale,
    OutOfStock,
    /// Fewer are left than the line asks for.
    NotEnough {
        left: i64,
    },
}

impl Cart {
    /// How many pieces.
    pub(crate) fn count(&self) -> u32 {
        self.lines.iter().map(|line| line.quantity.get()).sum()
    }

    /// Nothing when the amounts do not add up: another currency, or beyond all bounds.
    pub(crate) fn subtotal(&self, currency: Currency) -> Option<Money> {
        let mut subtotal = Money::zero(currency);
        for line in &self.lines {
            subtotal = subtotal.checked_add(line.total()?)?;
        }
        Some(subtotal)
    }
}

impl CartLine {
    pub(crate) fn total(&self) -> Option<Money> {
        self.item.price.checked_mul(self.quantity.get())
    }

    pub(crate) fn problem(&self) -> Option<Problem> {
        self.item.problem(self.quantity)
    }
}

impl Item {
    pub(crate) fn problem(&self, quantity: Quantity) -> Option<Problem> {
        if !self.on_sale {
            return Some(Problem::NotOnSale);
        }
        if self.supply.covers(quantity.get()) {
            return None;
        }
        let left = self.supply.stock;
        Some(if left > 0 {
            Problem::NotEnough { left }
        } else {
            Problem::OutOfStock
        })
    }
}

impl Problem {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::NotOnSale => "not_on_sale",
            Self::OutOfStock => "out_of_stock",
            Self::NotEnough { .. } => "not_enough",
        }
    }

    /// For the shopper.
    pub(crate) fn text(self) -> String {
        match self {
            Self::NotOnSale => "This is no longer for sale.".to_owned(),
            Self::OutOfStock => "This is sold out.".to_owned(),
            Self::NotEnough { left } => format!("Only {left} left."),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use stoa_core::{TextError, Timestamp};

    type TestResult = Result<(), TextError>;

    pub(crate) fn line(price: i64, quantity: i64, supply: Supply) -> Result<CartLine, TextError> {
        let at = Timestamp::from_millis(1);
        let item = Item {
            variant: VariantId::new(at),
            product: ProductId::new(at),
            slug: "blue-shirt".to_owned(),
            title: "Blue shirt".to_owned(),
            variant_title: None,
            sku: None,
            image: None,
            price: Money::new(price, Currency::parse("BDT")?),
            supply,
            on_sale: true,
        };
        Ok(CartLine {
            item,
            quantity: Quantity::new(quantity)?,
        })
    }

    pub(crate) const PLENTY: Supply = Supply {
        stock: 5000,
        tracked: true,
        backorder: false,
    };

    #[test]
    fn says_why_a_line_cannot_be_ordered() -> TestResult {
        #[track_caller]
        fn check(stock: i64, on_sale: bool, expected: Option<Problem>) -> TestResult {
            let mut line = line(100, 3, Supply { stock, ..PLENTY })?;
            line.item.on_sale = on_sale;
            assert_eq!(line.problem(), expected);
            Ok(())
        }
        check(3, true, None)?;
        check(2, true, Some(Problem::NotEnough { left: 2 }))?;
        check(0, true, Some(Problem::OutOfStock))?;
        check(3, false, Some(Problem::NotOnSale))
    }

    #[test]
    fn adds_up() -> TestResult {
        let lines = vec![line(1250, 2, PLENTY)?, line(99, 1, PLENTY)?];
        let cart = Cart {
            id: CartId::new(Timestamp::from_millis(1)),
            lines,
        };
        let (bdt, eur) = (Currency::parse("BDT")?, Currency::parse("EUR")?);
        assert_eq!(
            (cart.count(), cart.subtotal(bdt)),
            (3, Some(Money::new(2599, bdt)))
        );
        assert_eq!(cart.subtotal(eur), None);
        Ok(())
    }
}
