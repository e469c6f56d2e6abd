//! What a file wants a product to be, whichever format it came in.

use stoa_core::{Money, Sku, Slug};

use crate::domain::{
    html::Html,
    picture::{Picture, PictureUrl},
    product::{Label, ProductStatus, Tag, Title},
    variant::{Barcode, Choice, OptionName},
};

/// What a file says of a product. What is none is not in the file, and stays as it is.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// Its first row.
    pub(crate) row: i64,
    pub(crate) slug: Slug,
    pub(crate) title: Title,
    pub(crate) description: Option<Html>,
    pub(crate) vendor: Option<Option<Label>>,
    pub(crate) product_type: Option<Option<Label>>,
    pub(crate) status: Option<ProductStatus>,
    pub(crate) tags: Option<Vec<Tag>>,
    pub(crate) options: Option<Vec<OptionName>>,
    pub(crate) pictures: Option<Vec<Picture>>,
    pub(crate) variants: Vec<WantedVariant>,
}

#[derive(Debug)]
pub(crate) struct WantedVariant {
    pub(crate) row: i64,
    pub(crate) choices: Vec<Choice>,
    pub(crate) sku: Option<Option<Sku>>,
    pub(crate) barcode: Option<Option<Barcode>>,
    pub(crate) price: Option<Money>,
    pub(crate) compare_at: Option<Option<Money>>,
    pub(crate) weight_grams: Option<u32>,
    pub(crate) stock: Option<i64>,
    pub(crate) tracked: Option<bool>,
    pub(crate) backorder: Option<bool>,
    pub(crate) requires_shipping: Option<bool>,
    pub(crate) taxable: Option<bool>,
    pub(crate) picture: Option<PictureUrl>,
}

/// Of what a product cannot be as it is wanted. The format knows which column that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Tags,
    OptionNames,
    Choices,
    Pictures,
    Price,
    Sku,
    Stock,
    Weight,
}

/// Why a product cannot be as it is wanted.
#[derive(Debug)]
pub(crate) struct Mistake {
    pub(crate) row: i64,
    pub(crate) part: Part,
    pub(crate) code: &'static str,
    pub(crate) reason: String,
}

impl Mistake {
    pub(crate) fn new(row: i64, part: Part, code: &'static str, reason: impl Into<String>) -> Self {
        Self {
            row,
            part,
            code,
            reason: reason.into(),
        }
    }
}

impl Wanted {
    /// The row of a variant, by its place among the variants.
    pub(crate) fn row_of(&self, variant: usize) -> i64 {
        self.variants.get(variant).map_or(self.row, |variant| variant.row)
    }
}
