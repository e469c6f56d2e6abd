//! A tenant's file is copied while others work on it, and replaced while nobody does.

use std::{fs, path::Path, sync::Arc};

use rusqlite::Connection;
use stoa_core::{FeatureSet, TenantId};

use super::{
    Files, Tx, blocking,
    examine::examine,
    files::{lend, storage},
    open::{Mode, close_whole, open},
    owner::Owner,
    slot::Slot,
};
use crate::{
    DbError, DbResult, Placement,
    draft::{Draft, beside},
    migrations::Plan,
    unit::Access,
};

/// A tenant's store in a file that is not in its place.
#[derive(Debug)]
pub(crate) struct Aside(Arc<Slot>);

impl Files {
    /// Copies a tenant's store, as it is at one moment, into an empty file.
    pub(crate) async fn copy_out(&self, placement: &Placement, to: &Path) -> DbResult<()> {
        let stay = self.enter(placement).await?.stay().await?;
        let connection = stay.slot().open(Mode::Copier).await?;
        blocking(|| vacuum(&connection, to)).inspect_err(|error| stay.slot().alert(error))
    }

    /// Puts a file in the place of a tenant's. What was there is gone only then.
    pub(crate) async fn copy_in(&self, placement: &Placement, draft: Draft) -> DbResult<()> {
        let alone = self.enter(placement).await?.exclusive().await?;
        blocking(|| {
            settle(alone.path())?;
            draft.put(alone.path()).map_err(storage)
        })
    }
}

fn vacuum(connection: &Connection, to: &Path) -> DbResult<()> {
    let to = to
        .to_str()
        .ok_or_else(|| DbError::unavailable("the data directory's name is not UTF-8"))?;
    connection.execute("VACUUM INTO ?1", [to])?;
    Ok(())
}

/// Brings what the write-ahead log holds into its file: left there, it would be taken for the log of the next file of
/// that name. A store that cannot be read any more has none that matters.
fn settle(path: &Path) -> DbResult<()> {
    let log = beside(path, "-wal");
    if log.exists() && is_file(path) {
        match open(path, Mode::Writer).and_then(close_whole) {
            Err(DbError::Unfit(cause)) => {
                tracing::warn!(cause, "the store that is replaced cannot be read any more");
            }
            settled => settled?,
        }
    }
    for left in [log, beside(path, "-shm")] {
        if left.exists() {
            fs::remove_file(left).map_err(storage)?;
        }
    }
    Ok(())
}

fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}

impl Aside {
    /// It must have the tables of these features at least.
    pub(crate) fn new(path: &Path, tenant: TenantId, plan: &Arc<Plan>, features: &FeatureSet) -> Self {
        let owner = Owner::new(tenant, plan, features);
        Self(Arc::new(Slot::of_tenant(path.to_owned(), owner)))
    }

    /// The features whose tables it has, once it was opened.
    pub(crate) fn features(&self) -> FeatureSet {
        self.0.features()
    }

    /// A unit of work on it. The first one brings it to the current schema.
    pub(crate) async fn begin(&self) -> DbResult<Tx> {
        lend(self.0.alone(), Access::Write).await
    }

    /// What SQLite finds wrong with it.
    pub(crate) async fn examine(&self) -> DbResult<Vec<String>> {
        let connection = self.0.open(Mode::Reader).await?;
        blocking(|| examine(&connection))
    }

    /// Leaves one file, as it has to be in a tenant's place.
    pub(crate) fn close(self) -> DbResult<()> {
        blocking(|| {
            self.0.close();
            let connection = open(&self.0.path, Mode::Writer)?;
            connection.execute_batch("PRAGMA journal_mode = WAL")?;
            close_whole(connection)
        })
    }
}

#[cfg(test)]
mod tests;
