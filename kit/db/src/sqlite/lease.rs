//! Connections that are lent to units of work.

use std::{ops::Deref, sync::Arc};

use rusqlite::Connection;
use tokio::sync::{OwnedMutexGuard, OwnedRwLockReadGuard, OwnedSemaphorePermit};

use super::{
    open::Mode,
    slot::{Entry, IDLE_READERS, in_time},
};
use crate::{DbError, DbResult, unit::Access};

/// A connection lent to one unit of work.
#[derive(Debug)]
pub(crate) struct Lease {
    // Dropped in this order: the connection goes home, the gate opens, then the turn is over.
    connection: Lent,
    _stay: OwnedRwLockReadGuard<()>,
    entry: Entry,
}

#[derive(Debug)]
enum Lent {
    Writer(OwnedMutexGuard<Option<Connection>>),
    Reader {
        connection: Option<Connection>,
        _permit: OwnedSemaphorePermit,
    },
}

impl Lease {
    pub(super) async fn new(entry: Entry, access: Access) -> DbResult<Self> {
        let stay = in_time(Arc::clone(&entry.slot.gate).read_owned()).await?;
        let connection = match access {
            Access::Read => reader(&entry).await?,
            Access::Write => writer(&entry).await?,
        };
        Ok(Self {
            connection,
            _stay: stay,
            entry,
        })
    }

    /// Gives the connection up: what state it is in is not known.
    pub(super) fn discard(&mut self) {
        match &mut self.connection {
            Lent::Writer(writer) => drop(writer.take()),
            Lent::Reader { connection, .. } => drop(connection.take()),
        }
    }

    /// Tells the operator of a store that somebody has to look at.
    pub(super) fn alert(&self, error: &DbError) {
        self.entry.slot.alert(error);
    }
}

async fn writer(entry: &Entry) -> DbResult<Lent> {
    let slot = &entry.slot;
    let mut writer = in_time(Arc::clone(&slot.writer).lock_owned()).await?;
    if writer.is_some() && slot.has_moved().await {
        tracing::error!(file = %slot.path.display(), "a file was taken away or exchanged while it was open");
        *writer = None;
        slot.idle_readers().clear();
    }
    if writer.is_none() {
        *writer = Some(slot.open(Mode::Writer).await?);
    }
    Ok(Lent::Writer(writer))
}

async fn reader(entry: &Entry) -> DbResult<Lent> {
    let slot = &entry.slot;
    let permit = in_time(Arc::clone(&slot.reading).acquire_owned())
        .await?
        .map_err(DbError::unavailable)?;
    let idle = slot.idle_readers().pop();
    let connection = match idle {
        Some(connection) => connection,
        None => slot.open(Mode::Reader).await?,
    };
    Ok(Lent::Reader {
        connection: Some(connection),
        _permit: permit,
    })
}

impl Deref for Lease {
    type Target = Option<Connection>;

    fn deref(&self) -> &Option<Connection> {
        match &self.connection {
            Lent::Writer(writer) => writer,
            Lent::Reader { connection, .. } => connection,
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Lent::Reader { connection, .. } = &mut self.connection
            && let Some(connection) = connection.take()
        {
            let mut idle = self.entry.slot.idle_readers();
            if idle.len() < IDLE_READERS {
                idle.push(connection);
            }
        }
    }
}
