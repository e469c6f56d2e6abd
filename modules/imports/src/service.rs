//! The use cases of imports, one file each.

mod batch;
mod bring;
mod cancel;
mod delete;
mod find;
mod open;
mod progress;
mod read;
mod receive;
mod run;

pub use bring::{ImportFile, ImportReport};
pub(crate) use cancel::cancel;
pub(crate) use delete::delete;
pub(crate) use find::find;
pub(crate) use receive::NewFile;
pub(crate) use run::{Ran, Runner};
