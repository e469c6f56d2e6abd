//! Reads the rows of one product, and gathers everything that is wrong with them.

use stoa_core::{Currency, Money, Prose, Sku, Slug, TextError, optional, slugify};
use stoa_imports::{Fault, Row};

use crate::{
    domain::{
        html::Html,
        picture::{Picture, PictureUrl},
        product::{ProductStatus, Title},
        variant::{Choice, DEFAULT_TITLE, MAX_OPTIONS, OptionName},
    },
    import::{
        Wanted, WantedVariant, cells,
        header::{Column, Header},
    },
};

pub(super) fn product(header: &Header, rows: &[Row], currency: Currency) -> Result<Wanted, Vec<Fault>> {
    let mut reading = Reading {
        header,
        currency,
        errors: Vec::new(),
    };
    let wanted = reading.product(rows);
    match wanted {
        Some(wanted) if reading.errors.is_empty() => Ok(wanted),
        _ => Err(reading.errors),
    }
}

/// What the product that begins with this row is known by: its handle, or what its title suggests.
pub(super) fn slug(header: &Header, first: &Row) -> Option<Slug> {
    let cell = |column| header.cell(first, column).unwrap_or_default();
    match cell(Column::Handle) {
        "" => slugify(Title::parse(cell(Column::Title)).ok()?.as_str()),
        handle => Slug::parse(handle).ok().or_else(|| slugify(handle)),
    }
}

struct Reading<'h> {
    header: &'h Header,
    currency: Currency,
    errors: Vec<Fault>,
}

/// A picture and where the file puts it.
struct Placed {
    position: Option<i64>,
    picture: Picture,
}

impl Reading<'_> {
    fn product(&mut self, rows: &[Row]) -> Option<Wanted> {
        let first = rows.first()?;
        self.check_widths(rows);
        let title = self.take(first, Column::Title, Title::parse);
        let slug = self.slug(first);
        let description = self.take(first, Column::Body, Html::parse);
        let vendor = self.take(first, Column::Vendor, optional);
        let product_type = self.take(first, Column::Type, optional);
        let status = self.status(first);
        let tags = self.take(first, Column::Tags, cells::tags);
        let options = self.options(first);
        let mut variants = Vec::new();
        for row in rows {
            let is_variant = row.number == first.number || self.is_variant(row);
            variants.extend(is_variant.then(|| self.variant(row, options.as_deref().unwrap_or_default())));
        }
        let pictures = self.pictures(rows, &variants);
        Some(Wanted {
            row: first.number,
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

    fn check_widths(&mut self, rows: &[Row]) {
        let width = self.header.width();
        for row in rows
            .iter()
            .filter(|row| row.cells.iter().skip(width).any(|cell| !cell.trim().is_empty()))
        {
            self.errors.push(Fault {
                row: row.number,
                column: String::new(),
                code: "import.width".to_owned(),
                reason: "has more cells than the header: a comma or a quotation mark is out of place"
                    .to_owned(),
            });
        }
    }

    /// The cell's value; none when the file has no such column or the cell is wrong, which is noted.
    fn take<T>(
        &mut self,
        row: &Row,
        column: Column,
        parse: impl FnOnce(&str) -> Result<T, TextError>,
    ) -> Option<T> {
        match parse(self.header.cell(row, column)?) {
            Ok(value) => Some(value),
            Err(error) => {
                self.refuse(row, column, error.code, error.detail);
                None
            }
        }
    }

    fn refuse(&mut self, row: &Row, column: Column, code: &str, reason: impl Into<String>) {
        self.errors.push(Fault {
            row: row.number,
            column: self.header.name(column),
            code: code.to_owned(),
            reason: reason.into(),
        });
    }

    fn cell<'r>(&self, row: &'r Row, column: Column) -> &'r str {
        self.header.cell(row, column).unwrap_or_default()
    }

    fn slug(&mut self, first: &Row) -> Option<Slug> {
        let slug = slug(self.header, first);
        if slug.is_none() {
            self.refuse(
                first,
                Column::Handle,
                "slug.invalid",
                "must have letters a–z or digits, such as blue-shirt",
            );
        }
        slug
    }

    /// A shop's own status, and whether the online store shows the product.
    fn status(&mut self, first: &Row) -> Option<ProductStatus> {
        let status = self.take(first, Column::Status, cells::status).flatten();
        let published = self.take(first, Column::Published, cells::flag(true));
        match (status, published) {
            (None | Some(ProductStatus::Active), Some(false)) => Some(ProductStatus::Draft),
            (None, Some(true)) => Some(ProductStatus::Active),
            (status, _) => status,
        }
    }

    /// Names of options stand on the first row. None when the file has no columns for them.
    fn options(&mut self, first: &Row) -> Option<Vec<OptionName>> {
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
                Some(_) => self.refuse(
                    first,
                    column,
                    "import.options",
                    "follows an option without a name",
                ),
                None if is_used => {
                    let reason = "must name the option whose value stands beside it";
                    self.refuse(first, column, "import.options", reason);
                }
                None => {}
            }
        }
        Some(names)
    }

    /// Whether a further row is a variant; otherwise it holds a picture at most.
    fn is_variant(&mut self, row: &Row) -> bool {
        if (0..MAX_OPTIONS).any(|index| !self.cell(row, Column::OptionValue(index)).is_empty()) {
            return true;
        }
        if !self.cell(row, Column::Price).is_empty() || !self.cell(row, Column::Sku).is_empty() {
            self.refuse(
                row,
                Column::OptionValue(0),
                "import.missing",
                "must tell this variant from the one above",
            );
        }
        false
    }

    fn variant(&mut self, row: &Row, options: &[OptionName]) -> WantedVariant {
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
                    "import.options",
                    "belongs to no option of this product",
                );
            }
        }
        let currency = self.currency;
        WantedVariant {
            row: row.number,
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
    fn pictures(&mut self, rows: &[Row], variants: &[WantedVariant]) -> Option<Vec<Picture>> {
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

    fn picture(&mut self, row: &Row) -> Option<Placed> {
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
