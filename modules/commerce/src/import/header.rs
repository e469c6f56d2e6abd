//! Which column of a file holds what, in both generations of Shopify's headers.

use std::collections::HashMap;

use super::records::Record;
use crate::error::CommerceError;

/// What a column holds. Options count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Column {
    Handle,
    Title,
    Body,
    Vendor,
    Type,
    Tags,
    Published,
    Status,
    OptionName(usize),
    OptionValue(usize),
    Sku,
    Barcode,
    Price,
    CompareAt,
    Grams,
    Tracker,
    Quantity,
    Policy,
    RequiresShipping,
    Taxable,
    Image,
    ImagePosition,
    ImageAlt,
    VariantImage,
}

/// Names in lower case: the classic one first where the two generations differ.
const NAMES: &[(&str, Column)] = &[
    ("handle", Column::Handle),
    ("url handle", Column::Handle),
    ("title", Column::Title),
    ("body (html)", Column::Body),
    ("description", Column::Body),
    ("vendor", Column::Vendor),
    ("type", Column::Type),
    ("tags", Column::Tags),
    ("published", Column::Published),
    ("published on online store", Column::Published),
    ("status", Column::Status),
    ("option1 name", Column::OptionName(0)),
    ("option1 value", Column::OptionValue(0)),
    ("option2 name", Column::OptionName(1)),
    ("option2 value", Column::OptionValue(1)),
    ("option3 name", Column::OptionName(2)),
    ("option3 value", Column::OptionValue(2)),
    ("variant sku", Column::Sku),
    ("sku", Column::Sku),
    ("variant barcode", Column::Barcode),
    ("barcode", Column::Barcode),
    ("variant price", Column::Price),
    ("price", Column::Price),
    ("variant compare at price", Column::CompareAt),
    ("compare-at price", Column::CompareAt),
    ("variant grams", Column::Grams),
    ("weight value (grams)", Column::Grams),
    ("variant inventory tracker", Column::Tracker),
    ("inventory tracker", Column::Tracker),
    ("variant inventory qty", Column::Quantity),
    ("inventory quantity", Column::Quantity),
    ("variant inventory policy", Column::Policy),
    ("continue selling when out of stock", Column::Policy),
    ("variant requires shipping", Column::RequiresShipping),
    ("requires shipping", Column::RequiresShipping),
    ("variant taxable", Column::Taxable),
    ("charge tax", Column::Taxable),
    ("image src", Column::Image),
    ("product image url", Column::Image),
    ("image position", Column::ImagePosition),
    ("image alt text", Column::ImageAlt),
    ("variant image", Column::VariantImage),
    ("variant image url", Column::VariantImage),
];

#[derive(Debug)]
pub(super) struct Header {
    at: HashMap<Column, usize>,
    names: Vec<String>,
}

impl Header {
    /// The header that the first row is; without a title column it is none.
    pub(super) fn of(first: Option<&Record>) -> Result<Self, CommerceError> {
        let names = first.map(|record| {
            record
                .cells
                .iter()
                .map(str::trim)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        });
        let names = names.unwrap_or_default();
        let mut at = HashMap::new();
        for (index, name) in names.iter().enumerate() {
            let name = name.trim_start_matches('\u{feff}').to_lowercase();
            if let Some((_, column)) = NAMES.iter().find(|(known, _)| *known == name) {
                at.entry(*column).or_insert(index);
            }
        }
        if at.contains_key(&Column::Title) {
            return Ok(Self { at, names });
        }
        let hint = match names.as_slice() {
            [] => "the file is empty",
            [one] if one.contains(';') => "its cells are separated by “;” where commas are needed",
            _ => "its first row does not name a column “Title”",
        };
        Err(CommerceError::ImportUnusable(format!(
            "this is not Shopify's product CSV: {hint}. Export the products once more as a plain CSV file and keep its \
             header row."
        )))
    }

    pub(super) fn has(&self, column: Column) -> bool {
        self.at.contains_key(&column)
    }

    /// The trimmed cell, blank or not; none when the file has no such column.
    pub(super) fn cell<'r>(&self, record: &'r Record, column: Column) -> Option<&'r str> {
        let index = *self.at.get(&column)?;
        // A row that ends early is blank from there on.
        Some(record.cells.get(index).unwrap_or_default().trim())
    }

    /// The column's name: the file's own, or Shopify's when the file lacks the column.
    pub(super) fn name(&self, column: Column) -> String {
        let own = self.at.get(&column).and_then(|index| self.names.get(*index));
        let known = || {
            NAMES
                .iter()
                .find(|(_, known)| *known == column)
                .map_or("", |(name, _)| name)
        };
        own.cloned().unwrap_or_else(|| known().to_owned())
    }

    /// How many cells a row may have.
    pub(super) fn width(&self) -> usize {
        self.names.len()
    }
}
