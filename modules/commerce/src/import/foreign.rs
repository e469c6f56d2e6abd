//! Tells whose export a file is by columns that only that one has, when it was sent as another's.

use stoa_imports::{Opening, Unusable};

/// Names in lower case; a header that has all of them is that vendor's.
const VENDORS: &[(&str, &[&str])] = &[
    ("WooCommerce", &["regular price", "tax status", "name"]),
    ("Wix", &["handleid", "fieldtype"]),
    ("Squarespace", &["product id [non editable]"]),
    ("Magento", &["attribute_set_code", "product_type"]),
    ("BigCommerce", &["item type", "product name"]),
    ("PrestaShop", &["product id", "reference #"]),
    ("Square", &["token", "item name"]),
    ("Etsy", &["currency_code", "materials"]),
];

pub(super) fn refuse(opening: &Opening<'_>) -> Result<(), Unusable> {
    let names: Vec<_> = opening
        .header
        .cells
        .iter()
        .map(|cell| cell.trim().to_lowercase())
        .collect();
    let has_all = |columns: &[&str]| {
        columns
            .iter()
            .all(|column| names.iter().any(|name| name == column))
    };
    match VENDORS.iter().find(|(_, columns)| has_all(columns)) {
        Some((vendor, _)) => Err(Unusable::new(
            "imports.other_format",
            format!(
                "This looks like an export of {vendor}, not of Shopify. Send Shopify's product CSV, or bring the columns \
                 into its form."
            ),
        )),
        None => Ok(()),
    }
}
