//! The embedded engine: one SQLite file per tenant, and one for the control store.

pub(crate) mod column;
mod copy;
mod error;
mod examine;
mod files;
mod lease;
mod migrate;
mod open;
mod owner;
mod slot;
mod slots;
mod store_file;
mod tx;

pub(crate) use copy::Aside;
pub(crate) use files::{Files, storage};
pub(crate) use rusqlite::Row;
pub(crate) use store_file::{StoreFile, Table};
pub(crate) use tx::Tx;

/// Runs what waits for the disk or takes long without holding up the other tasks of this worker thread.
pub(crate) fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}
