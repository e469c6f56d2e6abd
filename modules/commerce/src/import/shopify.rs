//! Shopify's product CSV: rows that share a handle are one product, and its first row says what the product is.

mod read;

use std::{
    collections::HashSet,
    io::{Read, Seek},
};

use stoa_core::{Currency, Money, Sku, Slug};

use super::{
    RowError,
    header::{Column, Header},
    records::{Record, Records},
};
use crate::{
    domain::{
        html::Html,
        picture::{Picture, PictureUrl},
        product::{Label, ProductStatus, Tag, Title},
        variant::{Barcode, Choice, OptionName},
    },
    error::CommerceError,
};

/// More rows are no product: 100 variants and 250 pictures come to fewer.
const MAX_ROWS: usize = 400;

/// The products of a file, one at a time.
pub(crate) struct Products<R> {
    records: Records<R>,
    header: Header,
    /// The row that showed that the product before it had ended.
    next: Option<Record>,
    seen: HashSet<Slug>,
    /// Handles whose rows stand apart: which of them are the product cannot be told.
    scattered: HashSet<String>,
    rows: u64,
}

/// What a file says of a product. What is none is not in the file, and stays as it is.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// Its first row.
    pub(crate) row: u64,
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
    pub(crate) row: u64,
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

/// The rows of one product.
struct Group {
    handle: String,
    rows: Vec<Record>,
    overflow: bool,
}

impl<R: Read + Seek> Products<R> {
    /// Goes through the file once for handles that stand in several places, and reads the header.
    pub(crate) fn open(mut source: R) -> Result<Self, CommerceError> {
        let scattered = scattered(&mut source);
        let rewound = source.rewind();
        rewound
            .map_err(|error| CommerceError::ImportUnusable(format!("it cannot be read again: {error}")))?;
        let mut records = Records::new(source);
        let header = Header::of(records.next()?.as_ref())?;
        Ok(Self {
            records,
            header,
            next: None,
            seen: HashSet::new(),
            scattered,
            rows: 0,
        })
    }

    /// Rows read, without the header.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// The next product, or what is wrong with it; none at the end.
    pub(crate) fn next(
        &mut self,
        currency: Currency,
    ) -> Result<Option<Result<Wanted, Vec<RowError>>>, CommerceError> {
        let Some(group) = self.group()? else {
            return Ok(None);
        };
        let wanted = read::product(&self.header, &group.rows, &group.handle, currency);
        Ok(Some(wanted.and_then(|wanted| self.check(wanted, &group))))
    }

    fn check(&mut self, wanted: Wanted, group: &Group) -> Result<Wanted, Vec<RowError>> {
        let refuse = |reason: &str| {
            let column = self.header.name(Column::Handle);
            Err(vec![RowError {
                row: wanted.row,
                column,
                reason: reason.to_owned(),
            }])
        };
        if group.overflow {
            return refuse("has more rows than variants and pictures can fill");
        }
        if self.scattered.contains(&group.handle) || self.seen.contains(&wanted.slug) {
            return refuse("stands elsewhere too: the rows of one product must follow each other");
        }
        self.seen.insert(wanted.slug.clone());
        Ok(wanted)
    }

    /// The rows up to the next product's.
    fn group(&mut self) -> Result<Option<Group>, CommerceError> {
        let Some(first) = self.record()? else {
            return Ok(None);
        };
        let handle = self.handle(&first).to_owned();
        let mut group = Group {
            handle,
            rows: vec![first],
            overflow: false,
        };
        while let Some(record) = self.record()? {
            let handle = self.handle(&record);
            let is_titled = self
                .header
                .cell(&record, Column::Title)
                .is_some_and(|title| !title.is_empty());
            if (handle.is_empty() && is_titled) || (!handle.is_empty() && handle != group.handle) {
                self.next = Some(record);
                break;
            }
            if group.rows.len() < MAX_ROWS {
                group.rows.push(record);
            } else {
                group.overflow = true;
            }
        }
        Ok(Some(group))
    }

    fn handle<'r>(&self, record: &'r Record) -> &'r str {
        self.header.cell(record, Column::Handle).unwrap_or_default()
    }

    /// The next row that is not blank.
    fn record(&mut self) -> Result<Option<Record>, CommerceError> {
        if let Some(record) = self.next.take() {
            return Ok(Some(record));
        }
        while let Some(record) = self.records.next()? {
            self.rows += 1;
            if record.cells.iter().any(|cell| !cell.trim().is_empty()) {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }
}

/// The handles whose rows do not follow each other. What cannot be read is told when it is reached again.
fn scattered<R: Read>(source: &mut R) -> HashSet<String> {
    let mut records = Records::new(source);
    let (mut seen, mut scattered, mut last) = (HashSet::new(), HashSet::new(), String::new());
    let Ok(Ok(header)) = records.next().map(|first| Header::of(first.as_ref())) else {
        return scattered;
    };
    while let Ok(Some(record)) = records.next() {
        let handle = header.cell(&record, Column::Handle).unwrap_or_default();
        if handle.is_empty() || handle == last {
            continue;
        }
        handle.clone_into(&mut last);
        if !seen.insert(last.clone()) {
            scattered.insert(last.clone());
        }
    }
    scattered
}

#[cfg(test)]
mod tests;
