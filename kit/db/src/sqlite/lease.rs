//! Connections that are lent to units of work.

use std::{ops::Deref, sync::Arc};

use rusqlite::Connection;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit};

use super::{
    open::Mode,
    slot::{Entry, IDLE_READERS, Slot, Stay, in_time},
};
use crate::{DbError, DbResult, unit::Access};

/// A connection lent to one unit of work.
#[derive(Debug)]
pub(crate) struct Lease {
    // Dropped in this order: the connection goes home, then the file may be closed.
    connection: Lent,
    stay: Stay,
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
        let stay = entry.stay().await?;
        let connection = match access {
            Access::Read => reader(stay.slot()).await?,
            Access::Write => writer(stay.slot()).await?,
        };
        Ok(Self { connection, stay })
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
        self.stay.slot().alert(error);
    }
}

async fn writer(slot: &Slot) -> DbResult<Lent> {
    let mut writer = in_time(Arc::clone(&slot.writer).lock_owned()).await?;
    if writer.is_some() && slot.has_moved().await? {
        tracing::error!(file = %slot.path.display(), "a file was taken away or exchanged while it was open");
        *writer = None;
        slot.idle_readers().clear();
    }
    if writer.is_none() {
        *writer = Some(slot.open(Mode::Writer).await?);
    }
    Ok(Lent::Writer(writer))
}

async fn reader(slot: &Slot) -> DbResult<Lent> {
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
            let mut idle = self.stay.slot().idle_readers();
            if idle.len() < IDLE_READERS {
                idle.push(connection);
            }
        }
    }
}
