//! The embedded engine: one SQLite file per tenant, and one for the control store.

pub(crate) mod column;
mod error;
mod files;
mod lease;
mod migrate;
mod open;
mod slot;
mod slots;
mod tx;

pub(crate) use files::Files;
pub(crate) use rusqlite::Row;
pub(crate) use tx::Tx;

/// Runs what waits for the disk or takes long without holding up the other tasks of this worker thread.
fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}
