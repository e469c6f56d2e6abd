//! How many of a thing a cart or an order holds.

use stoa_core::TextError;

use crate::domain::refuse;

const MAX: u32 = 999;

/// 1 to 999 pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Quantity(u32);

impl Quantity {
    pub(crate) fn new(pieces: i64) -> Result<Self, TextError> {
        match u32::try_from(pieces) {
            Ok(pieces @ 1..=MAX) => Ok(Self(pieces)),
            _ => refuse("quantity.out_of_range", format!("must be from 1 to {MAX}")),
        }
    }

    pub(crate) fn get(self) -> u32 {
        self.0
    }

    pub(crate) fn plus(self, more: Self) -> Result<Self, TextError> {
        Self::new(i64::from(self.0) + i64::from(more.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_in_range() {
        #[track_caller]
        fn check(pieces: i64, expected: Option<u32>) {
            assert_eq!(Quantity::new(pieces).ok().map(Quantity::get), expected);
        }
        check(1, Some(1));
        check(999, Some(999));
        check(0, None);
        check(-1, None);
        check(1000, None);
        check(i64::MAX, None);
    }

    #[test]
    fn sums_stay_in_range() {
        let many = Quantity(998);
        assert_eq!(many.plus(Quantity(1)), Ok(Quantity(999)));
        assert!(many.plus(Quantity(2)).is_err());
    }
}
