//! Shopify's product CSV: rows that share a handle are one product, and its first row says what the product is.

mod read;

use std::collections::HashSet;

use stoa_core::{Currency, Slug};
use stoa_db::Cx;
use stoa_http::BoxFuture;
use stoa_imports::{Fault, Importer, Opening, Outcome, Row, Trouble, Unusable};

use super::{
    Mistake, Wanted,
    header::{Column, Header},
};
use crate::{
    error::CommerceError,
    service::{Imported, import_product},
};

/// Reads one file.
#[derive(Debug)]
pub(super) struct Shopify {
    header: Header,
    currency: Currency,
    /// The handle of the product that is being gone through.
    current: Option<String>,
    seen: HashSet<Slug>,
    /// Whose rows stand apart: which of them are the product cannot be told.
    scattered: HashSet<Slug>,
}

impl Shopify {
    pub(super) fn open(opening: &Opening<'_>) -> Result<Self, Unusable> {
        Ok(Self {
            header: Header::of(opening.header)?,
            currency: opening.currency,
            current: None,
            seen: HashSet::new(),
            scattered: HashSet::new(),
        })
    }

    fn cell<'r>(&self, row: &'r Row, column: Column) -> &'r str {
        self.header.cell(row, column).unwrap_or_default()
    }

    /// Whether a row belongs to the product with that handle.
    fn belongs(&self, handle: &str, row: &Row) -> bool {
        match self.cell(row, Column::Handle) {
            "" => self.cell(row, Column::Title).is_empty(),
            own => own == handle,
        }
    }

    fn wanted(&self, rows: &[Row]) -> Result<Wanted, Vec<Fault>> {
        let wanted = read::product(&self.header, rows, self.currency)?;
        if self.scattered.contains(&wanted.slug) {
            let reason = "stands elsewhere too: the rows of one product must follow each other";
            return Err(vec![self.fault(
                wanted.row,
                Column::Handle,
                "import.scattered",
                reason,
            )]);
        }
        Ok(wanted)
    }

    async fn bring_in(&self, cx: &mut Cx, rows: &[Row]) -> Result<Outcome, Trouble> {
        let wanted = match self.wanted(rows) {
            Ok(wanted) => wanted,
            Err(faults) => return Ok(Outcome::Rejected(faults)),
        };
        match import_product(cx, self.currency, &wanted).await {
            Ok(Imported::Created) => Ok(Outcome::Created),
            Ok(Imported::Updated) => Ok(Outcome::Updated),
            Ok(Imported::Unchanged) => Ok(Outcome::Unchanged),
            Ok(Imported::Rejected(mistakes)) => Ok(Outcome::Rejected(self.faults(mistakes))),
            Err(CommerceError::Db(error)) => Err(Trouble::Db(error)),
            // Somebody else wrote the same product at the same time.
            Err(refusal) => {
                let fault = self.fault(
                    wanted.row,
                    Column::Handle,
                    "import.conflict",
                    &refusal.to_string(),
                );
                Err(Trouble::Refused(vec![fault]))
            }
        }
    }

    fn faults(&self, mistakes: Vec<Mistake>) -> Vec<Fault> {
        let fault = |mistake: Mistake| Fault {
            row: mistake.row,
            column: self.header.name_of(mistake.part),
            code: mistake.code.to_owned(),
            reason: mistake.reason,
        };
        mistakes.into_iter().map(fault).collect()
    }

    fn fault(&self, row: i64, column: Column, code: &str, reason: &str) -> Fault {
        Fault {
            row,
            column: self.header.name(column),
            code: code.to_owned(),
            reason: reason.to_owned(),
        }
    }
}

impl Importer for Shopify {
    fn survey(&mut self, row: &Row) {
        let begun = self.current.as_deref();
        if begun.is_some_and(|handle| self.belongs(handle, row)) {
            return;
        }
        self.current = Some(self.cell(row, Column::Handle).to_owned());
        if let Some(slug) = read::slug(&self.header, row)
            && !self.seen.insert(slug.clone())
        {
            self.scattered.insert(slug);
        }
    }

    fn continues(&self, first: &Row, row: &Row) -> bool {
        self.belongs(self.cell(first, Column::Handle), row)
    }

    fn import<'a>(&'a self, cx: &'a mut Cx, rows: &'a [Row]) -> BoxFuture<'a, Result<Outcome, Trouble>> {
        Box::pin(self.bring_in(cx, rows))
    }
}

#[cfg(test)]
mod tests;
