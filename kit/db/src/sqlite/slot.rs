//! One file that may be open: a writer that is alone, and readers opened when they are needed.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use rusqlite::Connection;
use stoa_core::FeatureSet;
use tokio::sync::{
    Mutex as AsyncMutex, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, OwnedSemaphorePermit, RwLock, Semaphore,
};

use super::{
    blocking,
    open::{Mode, open, restrict},
    owner::Owner,
};
use crate::{DbError, DbResult};

/// How many units of work may read one file at the same time.
const READERS: usize = 8;
/// How many readers stay open while nobody reads.
pub(super) const IDLE_READERS: usize = 4;
/// How long a unit of work waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most descriptors that a slot at work holds: two for each connection.
pub(super) const DESCRIPTORS: u64 = 2 * (1 + 8);

#[derive(Debug)]
pub(crate) struct Slot {
    pub(super) path: PathBuf,
    /// The control store has none.
    owner: Option<Owner>,
    /// Shared by all who have a connection; whoever has the file alone has it whole.
    gate: Arc<RwLock<()>>,
    /// What keeps the slot open, for as long as anybody is at work on it.
    turn: Mutex<Weak<OwnedSemaphorePermit>>,
    /// The file that was found to be the tenant's and brought up to date.
    known: AsyncMutex<Option<Identity>>,
    pub(super) writer: Arc<AsyncMutex<Option<Connection>>>,
    idle_readers: Mutex<Vec<Connection>>,
    pub(super) reading: Arc<Semaphore>,
}

/// The right to work on a slot. It stays open for as long as this is there.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    slot: Arc<Slot>,
    /// The control store needs none.
    _turn: Option<Arc<OwnedSemaphorePermit>>,
}

/// A file that nobody takes away for as long as this is there.
#[derive(Debug)]
pub(crate) struct Stay {
    // Dropped in this order: the gate opens, then the turn is over.
    _gate: OwnedRwLockReadGuard<()>,
    entry: Entry,
}

/// A file that nobody else uses: its connections are closed, and whoever wants one waits.
#[derive(Debug)]
pub(crate) struct Exclusive {
    // Dropped in this order: the gate opens, then the turn is over.
    _gate: OwnedRwLockWriteGuard<()>,
    entry: Entry,
}

/// Which file a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
}

impl Slot {
    pub(super) fn of_control(path: PathBuf) -> Self {
        Self::new(path, None)
    }

    pub(super) fn of_tenant(path: PathBuf, owner: Owner) -> Self {
        Self::new(path, Some(owner))
    }

    fn new(path: PathBuf, owner: Option<Owner>) -> Self {
        Self {
            path,
            owner,
            gate: Arc::default(),
            turn: Mutex::default(),
            known: AsyncMutex::default(),
            writer: Arc::default(),
            idle_readers: Mutex::default(),
            reading: Arc::new(Semaphore::new(READERS)),
        }
    }

    /// Takes part in the work that is under way.
    pub(super) fn join(self: &Arc<Self>) -> Option<Entry> {
        let turn = held(&self.turn).upgrade()?;
        Some(self.entry(Some(turn)))
    }

    /// Begins work with a turn of one's own, or takes part in what others have begun meanwhile.
    pub(super) fn begin(self: &Arc<Self>, turn: OwnedSemaphorePermit) -> Entry {
        let mut current = held(&self.turn);
        let turn = current.upgrade().unwrap_or_else(|| {
            let turn = Arc::new(turn);
            *current = Arc::downgrade(&turn);
            turn
        });
        self.entry(Some(turn))
    }

    /// Work on a slot that nobody ever takes the place of.
    pub(super) fn alone(self: &Arc<Self>) -> Entry {
        self.entry(None)
    }

    fn entry(self: &Arc<Self>, turn: Option<Arc<OwnedSemaphorePermit>>) -> Entry {
        Entry {
            slot: Arc::clone(self),
            _turn: turn,
        }
    }

    /// The gate of a slot that nobody is at work on.
    pub(super) fn shut_idle(&self) -> Option<OwnedRwLockWriteGuard<()>> {
        let is_idle = held(&self.turn).strong_count() == 0;
        is_idle
            .then(|| Arc::clone(&self.gate).try_write_owned().ok())
            .flatten()
    }

    /// Closes the connections that nobody uses. What is opened next is examined anew.
    pub(super) fn close(&self) {
        if let Ok(mut writer) = self.writer.try_lock() {
            drop(writer.take());
        }
        held(&self.idle_readers).clear();
        if let Ok(mut known) = self.known.try_lock() {
            *known = None;
        }
    }

    pub(super) fn idle_readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        held(&self.idle_readers)
    }

    /// A connection of its own kind on a file that was found fit.
    pub(super) async fn open(&self, mode: Mode) -> DbResult<Connection> {
        let mut known = in_time(self.known.lock()).await?;
        let opened = blocking(|| {
            let found = identity(&self.path)?;
            let mut connection = open(&self.path, Mode::Writer)?;
            self.check(&connection)?;
            if *known != Some(found) {
                self.catch_up(&mut connection, &FeatureSet::default())?;
                *known = Some(found);
            }
            restrict(&connection, mode)?;
            Ok(connection)
        });
        drop(known);
        opened.map_err(unfit).inspect_err(|error| self.alert(error))
    }

    /// Whether the file was found to be of the current schema and may be open.
    pub(super) fn is_known(&self) -> bool {
        self.known.try_lock().is_ok_and(|known| known.is_some())
    }

    /// Whether the open connections still are on the file that has the name: another may have been put in its place, or
    /// none be left, and what is written to the old one would be lost.
    pub(super) async fn has_moved(&self) -> DbResult<bool> {
        let known = *in_time(self.known.lock()).await?;
        Ok(known != identity(&self.path).ok())
    }

    /// Each connection is checked: the file may have been exchanged since the last one was opened.
    fn check(&self, connection: &Connection) -> DbResult<()> {
        match &self.owner {
            Some(owner) => owner.check(connection),
            None => Ok(()),
        }
    }

    fn catch_up(&self, connection: &mut Connection, more: &FeatureSet) -> DbResult<()> {
        match &self.owner {
            Some(owner) => owner.catch_up(connection, more),
            None => Ok(()),
        }
    }

    /// Makes the tables of these features. Who writes is waited for; readers go on.
    pub(super) async fn equip(&self, features: &FeatureSet) -> DbResult<()> {
        let _alone = in_time(Arc::clone(&self.writer).lock_owned()).await?;
        let made = blocking(|| {
            let mut connection = open(&self.path, Mode::Writer)?;
            self.check(&connection)?;
            self.catch_up(&mut connection, features)
        });
        made.map_err(unfit).inspect_err(|error| self.alert(error))
    }

    /// The features whose tables the file has, once it was opened.
    pub(super) fn features(&self) -> FeatureSet {
        self.owner.as_ref().map(Owner::features).unwrap_or_default()
    }

    /// Tells the operator of a store that somebody has to look at.
    pub(super) fn alert(&self, error: &DbError) {
        if !matches!(error, DbError::Unfit(_) | DbError::Unavailable(_)) {
            return;
        }
        metrics::counter!("stoa_unfit_stores_total").increment(1);
        let tenant = self.owner.as_ref().map(|owner| owner.tenant.to_string());
        let cause = std::error::Error::source(error).map(ToString::to_string);
        tracing::error!(tenant, cause, "{error}");
    }
}

impl Entry {
    /// Waits while somebody has the file alone.
    pub(super) async fn stay(self) -> DbResult<Stay> {
        let gate = in_time(Arc::clone(&self.slot.gate).read_owned()).await?;
        Ok(Stay {
            _gate: gate,
            entry: self,
        })
    }

    /// Waits until nobody uses the file, lets nobody else in meanwhile, and closes it.
    pub(super) async fn exclusive(self) -> DbResult<Exclusive> {
        let gate = in_time(Arc::clone(&self.slot.gate).write_owned()).await?;
        blocking(|| self.slot.close());
        Ok(Exclusive {
            _gate: gate,
            entry: self,
        })
    }
}

impl Stay {
    pub(super) fn slot(&self) -> &Slot {
        &self.entry.slot
    }
}

impl Exclusive {
    pub(super) fn path(&self) -> &Path {
        &self.entry.slot.path
    }
}

/// Waits for a turn, not for ever.
pub(super) async fn in_time<T>(turn: impl Future<Output = T>) -> DbResult<T> {
    tokio::time::timeout(PATIENCE, turn).await.map_err(|_| {
        metrics::counter!("stoa_slot_timeouts_total").increment(1);
        DbError::Busy
    })
}

/// What a store that could not be made ready says of itself. What may pass by itself stays what it is.
fn unfit(error: DbError) -> DbError {
    match error {
        DbError::Unavailable(_)
        | DbError::Busy
        | DbError::Full(_)
        | DbError::Collision(_)
        | DbError::Unfit(_) => error,
        other => DbError::unfit(other),
    }
}

fn identity(path: &Path) -> DbResult<Identity> {
    let found = fs::symlink_metadata(path).map_err(DbError::unavailable)?;
    Ok(Identity {
        device: found.dev(),
        inode: found.ino(),
    })
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
