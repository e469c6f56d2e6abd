//! One open file: a writer that is alone, and readers opened when they are needed.

use std::{
    ops::Deref,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::Connection;
use stoa_core::TenantId;
use tokio::sync::{Mutex as AsyncMutex, OnceCell, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use super::{
    blocking, migrate,
    open::{Mode, check_owner, open},
};
use crate::{DbError, DbResult, migrations::Plan};

/// How many units of work may read one file at the same time.
const READERS: usize = 8;
/// How many readers stay open while nobody reads.
const IDLE_READERS: usize = 4;
/// How long a unit of work waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most descriptors that an idle slot holds: two for each connection, and the shared memory.
pub(super) const DESCRIPTORS: u64 = 2 * (1 + 4) + 1;

#[derive(Debug)]
pub(crate) struct Slot {
    path: PathBuf,
    /// Whose file it must be, and the schema it must have; the control store has no owner.
    tenant: Option<(TenantId, Arc<Plan>)>,
    /// Set once the file was found to be the tenant's and brought up to date.
    ready: OnceCell<()>,
    writer: Arc<AsyncMutex<Option<Connection>>>,
    idle_readers: Mutex<Vec<Connection>>,
    reading: Arc<Semaphore>,
}

/// A connection lent to one unit of work.
#[derive(Debug)]
pub(crate) enum Lease {
    Writer {
        writer: OwnedMutexGuard<Option<Connection>>,
        /// Keeps the slot from being closed meanwhile.
        _home: Arc<Slot>,
    },
    Reader {
        connection: Option<Connection>,
        home: Arc<Slot>,
        _permit: OwnedSemaphorePermit,
    },
}

impl Slot {
    pub(super) fn of_control(path: PathBuf) -> Self {
        Self::new(path, None)
    }

    pub(super) fn of_tenant(path: PathBuf, tenant: TenantId, plan: Arc<Plan>) -> Self {
        Self::new(path, Some((tenant, plan)))
    }

    fn new(path: PathBuf, tenant: Option<(TenantId, Arc<Plan>)>) -> Self {
        Self {
            path,
            tenant,
            ready: OnceCell::new(),
            writer: Arc::default(),
            idle_readers: Mutex::default(),
            reading: Arc::new(Semaphore::new(READERS)),
        }
    }

    pub(super) async fn writer(self: &Arc<Self>) -> DbResult<Lease> {
        let mut writer = in_time(Arc::clone(&self.writer).lock_owned()).await?;
        if writer.is_none() {
            *writer = Some(self.open(Mode::Writer).await?);
        }
        Ok(Lease::Writer {
            writer,
            _home: Arc::clone(self),
        })
    }

    pub(super) async fn reader(self: &Arc<Self>) -> DbResult<Lease> {
        let permit = in_time(Arc::clone(&self.reading).acquire_owned())
            .await?
            .map_err(DbError::unavailable)?;
        let idle = self
            .idle_readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.open(Mode::Reader).await?,
        };
        Ok(Lease::Reader {
            connection: Some(connection),
            home: Arc::clone(self),
            _permit: permit,
        })
    }

    async fn open(&self, mode: Mode) -> DbResult<Connection> {
        self.ready
            .get_or_try_init(async || blocking(|| self.prepare()))
            .await?;
        blocking(|| {
            let connection = open(&self.path, mode)?;
            self.check(&connection)?;
            Ok(connection)
        })
    }

    /// Each connection is checked: the file may have been exchanged since the last one was opened.
    fn check(&self, connection: &Connection) -> DbResult<()> {
        match &self.tenant {
            Some((tenant, _)) => check_owner(connection, *tenant),
            None => Ok(()),
        }
    }

    fn prepare(&self) -> DbResult<()> {
        let Some((_, plan)) = &self.tenant else {
            return Ok(());
        };
        let mut connection = open(&self.path, Mode::Writer)?;
        self.check(&connection)?;
        migrate::catch_up(&mut connection, &plan.tenant)
    }
}

async fn in_time<T>(turn: impl Future<Output = T>) -> DbResult<T> {
    tokio::time::timeout(PATIENCE, turn)
        .await
        .map_err(DbError::unavailable)
}

impl Deref for Lease {
    type Target = Option<Connection>;

    fn deref(&self) -> &Option<Connection> {
        match self {
            Self::Writer { writer, .. } => writer,
            Self::Reader { connection, .. } => connection,
        }
    }
}

impl Lease {
    /// Gives the connection up: what state it is in is not known.
    pub(super) fn discard(&mut self) {
        match self {
            Self::Writer { writer, .. } => drop(writer.take()),
            Self::Reader { connection, .. } => drop(connection.take()),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Self::Reader { connection, home, .. } = self
            && let Some(connection) = connection.take()
        {
            let mut idle = home.idle_readers.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < IDLE_READERS {
                idle.push(connection);
            }
        }
    }
}
