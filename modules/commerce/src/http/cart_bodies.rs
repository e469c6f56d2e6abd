//! What shoppers send, as it comes, and what it means once it is checked.

use serde::Deserialize;
use stoa_core::{Email, FieldErrors, Money, Phone, Prose, Text, optional};
use utoipa::ToSchema;

use crate::{
    domain::{
        address::{Address, Contact},
        order::{Delivery, PaymentMethod},
        quantity::Quantity,
    },
    service::LineChange,
};

/// How many of the variant the cart is to hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutLineBody {
    /// 0 takes the line out; at most 999.
    #[schema(example = 2)]
    quantity: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckoutBody {
    contact: ContactBody,
    address: AddressBody,
    /// `cash_on_delivery`.
    #[schema(example = "cash_on_delivery")]
    payment_method: String,
    /// For the shop.
    #[schema(example = "Please ring twice")]
    note: Option<String>,
    /// What the shopper was told it would come to: at another total nothing is ordered (409 `commerce.prices_changed`).
    pub(crate) expected_total: Option<Money>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactBody {
    #[schema(example = "Ayesha Rahman")]
    name: String,
    #[schema(example = "+880 1712 345678")]
    phone: String,
    #[schema(example = "ayesha@example.org")]
    email: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddressBody {
    #[schema(example = "12 Lake Road")]
    line1: String,
    #[schema(example = "Flat 3B")]
    line2: Option<String>,
    #[schema(example = "Dhaka")]
    city: String,
    #[schema(example = "Dhaka Division")]
    region: Option<String>,
    #[schema(example = "1205")]
    postcode: Option<String>,
    #[schema(example = "Bangladesh")]
    country: String,
}

/// What a checkout asks for, flat, whichever way it came.
#[derive(Debug, Default)]
pub(crate) struct DeliveryFields<'f> {
    pub(crate) name: &'f str,
    pub(crate) phone: &'f str,
    pub(crate) email: &'f str,
    pub(crate) line1: &'f str,
    pub(crate) line2: &'f str,
    pub(crate) city: &'f str,
    pub(crate) region: &'f str,
    pub(crate) postcode: &'f str,
    pub(crate) country: &'f str,
    pub(crate) note: &'f str,
    pub(crate) payment_method: &'f str,
}

impl PutLineBody {
    pub(crate) fn parse(self) -> Result<LineChange, FieldErrors> {
        if self.quantity == 0 {
            return Ok(LineChange::Remove);
        }
        let mut errors = FieldErrors::new();
        let quantity = errors.check("quantity", Quantity::new(self.quantity));
        errors
            .finish((quantity,))
            .map(|(quantity,)| LineChange::Set(quantity))
    }
}

impl CheckoutBody {
    pub(crate) fn parse(&self) -> Result<Delivery, FieldErrors> {
        let text = |text: &'_ Option<String>| text.as_deref().unwrap_or_default().to_owned();
        let (email, note) = (text(&self.contact.email), text(&self.note));
        let (line2, region, postcode) = (
            text(&self.address.line2),
            text(&self.address.region),
            text(&self.address.postcode),
        );
        let fields = DeliveryFields {
            name: &self.contact.name,
            phone: &self.contact.phone,
            email: &email,
            line1: &self.address.line1,
            line2: &line2,
            city: &self.address.city,
            region: &region,
            postcode: &postcode,
            country: &self.address.country,
            note: &note,
            payment_method: &self.payment_method,
        };
        fields.parse(Naming::Nested)
    }
}

/// How errors name fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// As in JSON: `address.city`.
    Nested,
    /// As in a form: `city`.
    Flat,
}

impl DeliveryFields<'_> {
    pub(crate) fn parse(&self, naming: Naming) -> Result<Delivery, FieldErrors> {
        let (contact, address) = match naming {
            Naming::Nested => ("contact.", "address."),
            Naming::Flat => ("", ""),
        };
        let mut errors = FieldErrors::new();
        let contact = self.contact(&mut errors, contact);
        let address = self.address(&mut errors, address);
        let payment_method = errors.check("payment_method", PaymentMethod::parse(self.payment_method));
        let note = errors.check("note", Prose::optional(self.note));
        let (contact, address, payment_method, note) =
            errors.finish((contact, address, payment_method, note))?;
        Ok(Delivery {
            contact,
            address,
            payment_method,
            note,
        })
    }

    fn contact(&self, errors: &mut FieldErrors, prefix: &str) -> Option<Contact> {
        let name = errors.check(format!("{prefix}name"), Text::parse(self.name));
        let phone = errors.check(format!("{prefix}phone"), Phone::parse(self.phone));
        let email = Some(self.email)
            .filter(|email| !email.trim().is_empty())
            .map(Email::parse)
            .transpose();
        let email = errors.check(format!("{prefix}email"), email);
        Some(Contact {
            name: name?,
            phone: phone?,
            email: email?,
        })
    }

    fn address(&self, errors: &mut FieldErrors, prefix: &str) -> Option<Address> {
        let line1 = errors.check(format!("{prefix}line1"), Text::parse(self.line1));
        let line2 = errors.check(format!("{prefix}line2"), optional(self.line2));
        let city = errors.check(format!("{prefix}city"), Text::parse(self.city));
        let region = errors.check(format!("{prefix}region"), optional(self.region));
        let postcode = errors.check(format!("{prefix}postcode"), optional(self.postcode));
        let country = errors.check(format!("{prefix}country"), Text::parse(self.country));
        Some(Address {
            line1: line1?,
            line2: line2?,
            city: city?,
            region: region?,
            postcode: postcode?,
            country: country?,
        })
    }
}
