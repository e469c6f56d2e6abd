//! Which column of a file holds what, in both generations of Shopify's headers.

use std::collections::HashMap;

use stoa_imports::{Row, Unusable};

use super::Part;

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

/// The classic name first where the two generations differ. Capitals make no difference.
const NAMES: &[(&str, Column)] = &[
    ("Handle", Column::Handle),
    ("URL handle", Column::Handle),
    ("Title", Column::Title),
    ("Body (HTML)", Column::Body),
    ("Description", Column::Body),
    ("Vendor", Column::Vendor),
    ("Type", Column::Type),
    ("Tags", Column::Tags),
    ("Published", Column::Published),
    ("Published on online store", Column::Published),
    ("Status", Column::Status),
    ("Option1 Name", Column::OptionName(0)),
    ("Option1 Value", Column::OptionValue(0)),
    ("Option2 Name", Column::OptionName(1)),
    ("Option2 Value", Column::OptionValue(1)),
    ("Option3 Name", Column::OptionName(2)),
    ("Option3 Value", Column::OptionValue(2)),
    ("Variant SKU", Column::Sku),
    ("SKU", Column::Sku),
    ("Variant Barcode", Column::Barcode),
    ("Barcode", Column::Barcode),
    ("Variant Price", Column::Price),
    ("Price", Column::Price),
    ("Variant Compare At Price", Column::CompareAt),
    ("Compare-at price", Column::CompareAt),
    ("Variant Grams", Column::Grams),
    ("Weight value (grams)", Column::Grams),
    ("Variant Inventory Tracker", Column::Tracker),
    ("Inventory tracker", Column::Tracker),
    ("Variant Inventory Qty", Column::Quantity),
    ("Inventory quantity", Column::Quantity),
    ("Variant Inventory Policy", Column::Policy),
    ("Continue selling when out of stock", Column::Policy),
    ("Variant Requires Shipping", Column::RequiresShipping),
    ("Requires shipping", Column::RequiresShipping),
    ("Variant Taxable", Column::Taxable),
    ("Charge tax", Column::Taxable),
    ("Image Src", Column::Image),
    ("Product image URL", Column::Image),
    ("Image Position", Column::ImagePosition),
    ("Image Alt Text", Column::ImageAlt),
    ("Variant Image", Column::VariantImage),
    ("Variant image URL", Column::VariantImage),
];

#[derive(Debug)]
pub(super) struct Header {
    at: HashMap<Column, usize>,
    names: Vec<String>,
}

impl Header {
    /// The header that a row is; without a title column it is none.
    pub(super) fn of(row: &Row) -> Result<Self, Unusable> {
        let names: Vec<_> = row.cells.iter().map(|cell| cell.trim().to_owned()).collect();
        let mut at = HashMap::new();
        for (index, name) in names.iter().enumerate() {
            if let Some((_, column)) = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))
                && let Some(first) = at.insert(*column, index)
            {
                let first = names.get(first).map_or("", String::as_str);
                return Err(Unusable::new(
                    "imports.repeated_column",
                    format!("The columns “{first}” and “{name}” mean the same; delete one of them."),
                ));
            }
        }
        if at.contains_key(&Column::Title) {
            return Ok(Self { at, names });
        }
        let (code, hint) = match names.as_slice() {
            [one] if one.contains([';', '\t', '|']) => (
                "imports.separator",
                "its cells are separated by “;”, “|” or tabs where commas are needed",
            ),
            _ => ("imports.header", "its first row does not name a column “Title”"),
        };
        Err(Unusable::new(
            code,
            format!(
                "This is not Shopify's product CSV: {hint}. Export the products once more as a plain CSV file and keep its \
                 header row."
            ),
        ))
    }

    pub(super) fn has(&self, column: Column) -> bool {
        self.at.contains_key(&column)
    }

    /// The trimmed cell, blank or not; none when the file has no such column.
    pub(super) fn cell<'r>(&self, row: &'r Row, column: Column) -> Option<&'r str> {
        Some(row.cell(*self.at.get(&column)?).trim())
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

    /// The column that says a part of a product.
    pub(super) fn name_of(&self, part: Part) -> String {
        self.name(match part {
            Part::Tags => Column::Tags,
            Part::OptionNames => Column::OptionName(0),
            Part::Choices => Column::OptionValue(0),
            Part::Pictures => Column::Image,
            Part::Price => Column::Price,
            Part::Sku => Column::Sku,
            Part::Stock => Column::Quantity,
            Part::Weight => Column::Grams,
        })
    }

    /// How many cells a row may have.
    pub(super) fn width(&self) -> usize {
        self.names.len()
    }
}
