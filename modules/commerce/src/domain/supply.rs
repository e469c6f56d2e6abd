//! How much of a variant can be sold.

/// From this many on, a page need not hurry the shopper.
const PLENTY: i64 = 6;

/// What is in stock, and whether that limits sales.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Supply {
    /// Pieces; below zero when more were sold than there are.
    pub(crate) stock: i64,
    /// Whether stock is counted at all.
    pub(crate) tracked: bool,
    /// Whether selling goes on when nothing is left.
    pub(crate) backorder: bool,
}

impl Supply {
    fn is_limited(self) -> bool {
        self.tracked && !self.backorder
    }

    pub(crate) fn is_available(self) -> bool {
        self.covers(1)
    }

    pub(crate) fn covers(self, quantity: u32) -> bool {
        !self.is_limited() || self.stock >= i64::from(quantity)
    }

    /// How many are left, when that is worth saying.
    pub(crate) fn low_stock(self) -> Option<i64> {
        (self.is_limited() && (1..PLENTY).contains(&self.stock)).then_some(self.stock)
    }

    /// Whether stock may be what it is: only sales on backorder lead below zero.
    pub(crate) fn is_sound(self) -> bool {
        !self.is_limited() || self.stock >= 0
    }

    /// Whether shoppers see a difference between this supply and what it was `delta` pieces ago.
    pub(crate) fn flipped_by(self, delta: i64) -> bool {
        let before = Self {
            stock: self.stock.saturating_sub(delta),
            ..self
        };
        before.is_available() != self.is_available() || before.low_stock() != self.low_stock()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_sales_when_tracked() {
        #[track_caller]
        fn check(
            stock: i64,
            tracked: bool,
            backorder: bool,
            covers_two: bool,
            low: Option<i64>,
            sound: bool,
        ) {
            let supply = Supply {
                stock,
                tracked,
                backorder,
            };
            assert_eq!(
                (supply.covers(2), supply.low_stock(), supply.is_sound()),
                (covers_two, low, sound)
            );
        }
        check(2, true, false, true, Some(2), true);
        check(1, true, false, false, Some(1), true);
        check(0, true, false, false, None, true);
        check(6, true, false, true, None, true);
        check(-1, true, false, false, None, false);
        check(-1, true, true, true, None, true);
        check(0, false, false, true, None, true);
        check(-5, false, false, true, None, true);
    }

    #[test]
    fn flips_when_the_last_piece_goes_or_the_first_comes() {
        #[track_caller]
        fn check(stock: i64, backorder: bool, delta: i64, expected: bool) {
            let supply = Supply {
                stock,
                tracked: true,
                backorder,
            };
            assert_eq!(supply.flipped_by(delta), expected);
        }
        check(0, false, -3, true);
        check(1, false, -3, true);
        check(50, false, -3, false);
        check(2, false, 2, true);
        check(3, false, 2, true);
        check(12, false, 2, false);
        check(0, true, -3, false);
    }
}
