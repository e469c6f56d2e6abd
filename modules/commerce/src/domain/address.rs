//! Who ordered, and where it goes.

use serde::Serialize;
use stoa_core::{Email, Phone, Text};

/// Whom the shop may ask about an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) name: Text<120>,
    pub(crate) phone: Phone,
    pub(crate) email: Option<Email>,
}

/// A postal address. Blank parts are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Address {
    pub(crate) line1: Text<200>,
    pub(crate) line2: Option<Text<200>>,
    pub(crate) city: Text<100>,
    pub(crate) region: Option<Text<100>>,
    pub(crate) postcode: Option<Text<20>>,
    /// As the shopper writes it.
    pub(crate) country: Text<100>,
}
