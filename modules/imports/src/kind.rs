//! What another module declares, so that its things can be imported.

use stoa_core::{Currency, Feature};
use stoa_db::{Cx, DbError};
use stoa_http::BoxFuture;

use crate::{csv::Row, domain::Fault, error::Unusable};

/// A kind of things that can be imported, such as products.
#[derive(Debug, Clone, Copy)]
pub struct ImportKind {
    /// As requests and the command name it.
    pub name: &'static str,
    /// Whose exports are understood.
    pub formats: &'static [&'static str],
    /// Without it there is nothing to import into.
    pub feature: Option<Feature>,
    /// What a member needs beside `imports.write`.
    pub permission: &'static str,
    /// Understands a file by its header, or says what is wrong with it.
    pub open: for<'o> fn(&Opening<'o>) -> Result<Box<dyn Importer>, Unusable>,
}

/// A file that is about to be read.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'o> {
    /// One of the kind's formats.
    pub format: &'o str,
    pub header: &'o Row,
    /// The business's.
    pub currency: Currency,
}

/// Reads one file. Made anew whenever an import begins or goes on, and shown the whole file before anything is written.
pub trait Importer: Send + Sync {
    /// Sees every row once, in order: what can only be judged by the whole file is noted here.
    fn survey(&mut self, row: &Row);

    /// Whether `row` belongs to the record that `first` began.
    fn continues(&self, first: &Row, row: &Row) -> bool;

    /// Brings one record in. What has been committed is not shown again; what has not, is.
    fn import<'a>(&'a self, cx: &'a mut Cx, rows: &'a [Row]) -> BoxFuture<'a, Result<Outcome, Trouble>>;
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Created,
    Updated,
    /// Already as the file says: nothing was written.
    Unchanged,
    /// Left out: nothing was written.
    Rejected(Vec<Fault>),
}

/// Why a unit of work with a record in it cannot be committed.
#[derive(Debug)]
pub enum Trouble {
    /// The record is refused by what is there, such as a key that somebody took at the same moment. The others of its
    /// batch are tried again without it.
    Refused(Vec<Fault>),
    /// The store failed.
    Db(DbError),
}

impl From<DbError> for Trouble {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}
