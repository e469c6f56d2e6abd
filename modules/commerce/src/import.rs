//! Products out of files that other shops export. A file is read as a stream, however long it is.

mod cells;
mod header;
mod overlay;
mod records;
mod shopify;

use std::str::FromStr;

use serde::Serialize;
use stoa_core::TextError;
use utoipa::ToSchema;

pub(crate) use overlay::overlay;
pub(crate) use shopify::{Products, Wanted};

/// A report says so many errors in full and only counts the rest.
const MAX_ERRORS: usize = 1000;

/// Whose export a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportFormat {
    /// Shopify's product CSV, with the headers of either generation (<https://help.shopify.com/manual/products/import-export>).
    Shopify,
}

/// What an import did. Counts products, but for `rows`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportReport {
    /// Rows read, without the header.
    pub rows: u64,
    pub created: u64,
    pub updated: u64,
    /// Already as the file says.
    pub unchanged: u64,
    /// Left out, since a row of theirs is wrong.
    pub rejected: u64,
    /// What is wrong with the rejected ones: the first thousand.
    pub errors: Vec<RowError>,
    /// How many errors came after those.
    pub errors_omitted: u64,
}

/// What is wrong with a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RowError {
    /// As a spreadsheet counts: the header is row 1.
    #[schema(example = 7)]
    pub row: u64,
    /// As the file's header names it.
    #[schema(example = "Variant Price")]
    pub column: String,
    #[schema(example = "must be an amount in BDT such as 1299.00")]
    pub reason: String,
}

impl ImportReport {
    pub(crate) fn reject(&mut self, errors: Vec<RowError>) {
        self.rejected += 1;
        for error in errors {
            if self.errors.len() < MAX_ERRORS {
                self.errors.push(error);
            } else {
                self.errors_omitted += 1;
            }
        }
    }
}

impl FromStr for ImportFormat {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        match text {
            "shopify" => Ok(Self::Shopify),
            _ => Err(TextError {
                code: "import.format",
                detail: "must be shopify".to_owned(),
            }),
        }
    }
}
