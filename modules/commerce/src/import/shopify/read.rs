//! Reads the rows of one product, and gathers everything that is wrong with them.

use stoa_core::{Currency, Money, Prose, Sku, Slug, TextError, optional, slugify};

use super::{Wanted, WantedVariant};
use crate::{
    domain::{
        html::Html,
        picture::{Picture, PictureUrl},
        product::{ProductStatus, Title},
        variant::{Choice, DEFAULT_TITLE, MAX_OPTIONS, OptionName},
    },
    import::{
        RowError, cells,
        header::{Column, Header},
        records::Record,
    },
};

pub(super) fn product(
    header: &Header,
    rows: &[Record],
    handle: &str,
    currency: Currency,
) -> Result<Wanted, Vec<RowError>> {
    let mut reading = Reading {
        header,
        currency,
        errors: Vec::new(),
    };
    let wanted = reading.product(rows, handle);
    match wanted {
        Some(wanted) if reading.errors.is_empty() => Ok(wanted),
        _ => Err(reading.errors),
    }
}

struct Reading<'h> {
    header: &'h Header,
    currency: Currency,
    errors: Vec<RowError>,
}

/// A picture and where the file puts it.
struct Placed {
    position: Option<i64>,
    picture: Picture,
}

impl Reading<'_> {
    fn product(&mut self, rows: &[Record], handle: &str) -> Option<Wanted> {
        let first = rows.first()?;
        self.check_widths(rows);
        let title = self.take(first, Column::Title, Title::parse);
        let slug = self.slug(first, handle, title.as_ref());
        let description = self.take(first, Column::Body, Html::parse);
        let vendor = self.take(first, Column::Vendor, optional);
        let product_type = self.take(first, Column::Type, optional);
        let status = self.status(first);
        let tags = self.take(first, Column::Tags, cells::tags);
        let options = self.options(first);
        let mut variants = Vec::new();
        for row in rows {
            let is_variant = row.row == first.row || self.is_variant(row);
            variants.extend(is_variant.then(|| self.variant(row, options.as_deref().unwrap_or_default())));
        }
        let pictures = self.pictures(rows, &variants);
        Some(Wanted {
            row: first.row,
            slug: slug?,
            title: title?,
            description,
            vendor,
            product_type,
            status,
            tags,
            options,
            pictures,
            variants,
        })
    }

    fn check_widths(&mut self, rows: &[Record]) {
        let width = self.header.width();
        for row in rows
            .iter()
            .filter(|row| row.cells.iter().skip(width).any(|cell| !cell.trim().is_empty()))
        {
            self.errors.push(RowError {
                row: row.row,
                column: String::new(),
                reason: "has more cells than the header: a comma or a quotation mark is out of place"
                    .to_owned(),
            });
        }
    }

    /// The cell's value; none when the file has no such column or the cell is wrong, which is noted.
    fn take<T>(
        &mut self,
        row: &Record,
        column: Column,
        parse: impl FnOnce(&str) -> Result<T, TextError>,
    ) -> Option<T> {
        match parse(self.header.cell(row, column)?) {
            Ok(value) => Some(value),
            Err(error) => {
                self.refuse(row, column, error.detail);
                None
            }
        }
    }

    fn refuse(&mut self, row: &Record, column: Column, reason: impl Into<String>) {
        self.errors.push(RowError {
            row: row.row,
            column: self.header.name(column),
            reason: reason.into(),
        });
    }

    fn cell<'r>(&self, row: &'r Record, column: Column) -> &'r str {
        self.header.cell(row, column).unwrap_or_default()
    }

    fn slug(&mut self, first: &Record, handle: &str, title: Option<&Title>) -> Option<Slug> {
        let slug = match handle {
            "" => slugify(title?.as_str()),
            handle => Slug::parse(handle).ok().or_else(|| slugify(handle)),
        };
        if slug.is_none() {
            self.refuse(
                first,
                Column::Handle,
                "must have letters a–z or digits, such as blue-shirt",
            );
        }
        slug
    }

    /// A shop's own status, and whether the online store shows the product.
    fn status(&mut self, first: &Record) -> Option<ProductStatus> {
        let status = self.take(first, Column::Status, cells::status).flatten();
        let published = self.take(first, Column::Published, cells::flag(true));
        match (status, published) {
            (None | Some(ProductStatus::Active), Some(false)) => Some(ProductStatus::Draft),
            (None, Some(true)) => Some(ProductStatus::Active),
            (status, _) => status,
        }
    }

    /// Names of options stand on the first row. None when the file has no columns for them.
    fn options(&mut self, first: &Record) -> Option<Vec<OptionName>> {
        if !self.header.has(Column::OptionValue(0)) {
            return None;
        }
        if self.cell(first, Column::OptionValue(0)) == DEFAULT_TITLE {
            return Some(Vec::new());
        }
        let mut names = Vec::new();
        for index in 0..MAX_OPTIONS {
            let column = Column::OptionName(index);
            let name = self
                .take(first, column, cells::blank_or(OptionName::parse))
                .flatten();
            let is_used = !self.cell(first, Column::OptionValue(index)).is_empty();
            match name {
                Some(name) if names.len() == index => names.push(name),
                Some(_) => self.refuse(first, column, "follows an option without a name"),
                None if is_used => {
                    self.refuse(first, column, "must name the option whose value stands beside it")
                }
                None => {}
            }
        }
        Some(names)
    }

    /// Whether a further row is a variant; otherwise it holds a picture at most.
    fn is_variant(&mut self, row: &Record) -> bool {
        if (0..MAX_OPTIONS).any(|index| !self.cell(row, Column::OptionValue(index)).is_empty()) {
            return true;
        }
        if !self.cell(row, Column::Price).is_empty() || !self.cell(row, Column::Sku).is_empty() {
            self.refuse(
                row,
                Column::OptionValue(0),
                "must tell this variant from the one above",
            );
        }
        false
    }

    fn variant(&mut self, row: &Record, options: &[OptionName]) -> WantedVariant {
        let mut choices = Vec::new();
        for index in 0..options.len() {
            choices.extend(self.take(row, Column::OptionValue(index), Choice::parse));
        }
        for index in options.len()..MAX_OPTIONS {
            let value = self.cell(row, Column::OptionValue(index));
            if !value.is_empty() && value != DEFAULT_TITLE {
                self.refuse(
                    row,
                    Column::OptionValue(index),
                    "belongs to no option of this product",
                );
            }
        }
        let currency = self.currency;
        WantedVariant {
            row: row.row,
            choices,
            sku: self.take(row, Column::Sku, cells::blank_or(Sku::parse)),
            barcode: self.take(row, Column::Barcode, cells::barcode),
            price: self.take(row, Column::Price, cells::price(currency)),
            compare_at: self.take::<Option<Money>>(
                row,
                Column::CompareAt,
                cells::blank_or(cells::price(currency)),
            ),
            weight_grams: self.take(row, Column::Grams, cells::grams),
            stock: self.take(row, Column::Quantity, cells::pieces),
            tracked: self.take(row, Column::Tracker, |tracker| Ok(!tracker.is_empty())),
            backorder: self.take(row, Column::Policy, cells::backorder),
            requires_shipping: self.take(row, Column::RequiresShipping, cells::flag(true)),
            taxable: self.take(row, Column::Taxable, cells::flag(true)),
            picture: self
                .take(row, Column::VariantImage, cells::blank_or(PictureUrl::parse))
                .flatten(),
        }
    }

    /// Pictures of all rows in their places, then those that only variants name. None when the file has no column.
    fn pictures(&mut self, rows: &[Record], variants: &[WantedVariant]) -> Option<Vec<Picture>> {
        if !self.header.has(Column::Image) {
            return None;
        }
        let mut placed = rows
            .iter()
            .filter_map(|row| self.picture(row))
            .collect::<Vec<_>>();
        placed.sort_by_key(|placed| placed.position.unwrap_or(i64::MAX));
        let mut pictures: Vec<Picture> = Vec::new();
        for Placed { picture, .. } in placed {
            if pictures.iter().all(|known| known.url != picture.url) {
                pictures.push(picture);
            }
        }
        for (index, variant) in variants.iter().enumerate() {
            let Some(url) = &variant.picture else { continue };
            match pictures.iter_mut().find(|picture| picture.url == *url) {
                Some(picture) => picture.variant = picture.variant.or(Some(index)),
                None => pictures.push(Picture {
                    url: url.clone(),
                    alt: String::new(),
                    variant: Some(index),
                }),
            }
        }
        Some(pictures)
    }

    fn picture(&mut self, row: &Record) -> Option<Placed> {
        let url = self
            .take(row, Column::Image, cells::blank_or(PictureUrl::parse))
            .flatten()?;
        let position = self.take(row, Column::ImagePosition, cells::position).flatten();
        let alt = self.take(row, Column::ImageAlt, Prose::<500>::optional).flatten();
        let alt = alt.map(Prose::into_string).unwrap_or_default();
        Some(Placed {
            position,
            picture: Picture {
                url,
                alt,
                variant: None,
            },
        })
    }
}
