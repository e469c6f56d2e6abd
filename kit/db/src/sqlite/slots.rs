//! Which tenants' files are open: those used last, never more than there is room for.

use std::{
    collections::HashMap,
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use lru::LruCache;
use stoa_core::TenantId;
use tokio::sync::{OwnedRwLockWriteGuard, OwnedSemaphorePermit, Semaphore};

use super::{
    blocking,
    slot::{Entry, Slot, in_time},
};
use crate::{DbError, DbResult};

#[derive(Debug)]
pub(super) struct Slots {
    room: usize,
    /// One for each file that may be open. Whoever is at work on a file holds one, so a holder always finds a file that
    /// nobody is at work on, or room.
    turns: Arc<Semaphore>,
    files: Mutex<Files>,
}

#[derive(Debug)]
struct Files {
    open: LruCache<TenantId, Arc<Slot>>,
    /// Taken out and not closed yet, or looked at from outside. Whoever wants one of these gets the same slot, and waits at
    /// its gate.
    closing: HashMap<TenantId, Arc<Slot>>,
}

/// A file that nobody gets to open, with its gate shut.
#[derive(Debug)]
struct Held {
    tenant: TenantId,
    slot: Arc<Slot>,
    gate: OwnedRwLockWriteGuard<()>,
}

impl Slots {
    pub(super) fn new(room: usize) -> Self {
        Self {
            room,
            turns: Arc::new(Semaphore::new(room)),
            files: Mutex::new(Files {
                open: LruCache::unbounded(),
                closing: HashMap::new(),
            }),
        }
    }

    /// The tenant's slot, once there is room for it. The file that is longest unused is closed for it, if need be.
    pub(super) async fn enter(&self, tenant: TenantId, make: impl FnOnce() -> Slot) -> DbResult<Entry> {
        if let Some(entry) = self.join(tenant) {
            return Ok(entry);
        }
        let turn = self.turn().await?;
        let (entry, evicted) = self.begin(tenant, turn, make);
        if let Some(evicted) = evicted {
            metrics::counter!("stoa_slot_evictions_total").increment(1);
            self.close(evicted);
        }
        Ok(entry)
    }

    /// Whether a tenant's file is of the current schema: known of one that may be open here, else asked of the file itself,
    /// which nobody gets to open meanwhile. Whoever closes a file takes away all locks that its process has on it, also those
    /// of SQLite's connections (`fcntl`'s advisory locks, <https://www.sqlite.org/howtocorrupt.html>, 2.2).
    pub(super) fn peek(
        &self,
        tenant: TenantId,
        make: impl FnOnce() -> Slot,
        ask: impl FnOnce(&Path) -> io::Result<bool>,
    ) -> io::Result<bool> {
        let held = match self.files().hold(tenant, make) {
            Ok(held) => held,
            Err(open) => return Ok(open.is_known()),
        };
        let answer = blocking(|| ask(&held.slot.path));
        self.close(held);
        answer
    }

    fn join(&self, tenant: TenantId) -> Option<Entry> {
        self.files().open.get(&tenant)?.join()
    }

    async fn turn(&self) -> DbResult<OwnedSemaphorePermit> {
        if let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() {
            return Ok(turn);
        }
        metrics::counter!("stoa_slot_waits_total").increment(1);
        in_time(Arc::clone(&self.turns).acquire_owned())
            .await?
            .map_err(DbError::unavailable)
    }

    fn begin(
        &self,
        tenant: TenantId,
        turn: OwnedSemaphorePermit,
        make: impl FnOnce() -> Slot,
    ) -> (Entry, Option<Held>) {
        let mut files = self.files();
        if let Some(slot) = files.open.get(&tenant) {
            return (slot.begin(turn), None);
        }
        metrics::counter!("stoa_slot_opens_total").increment(1);
        let slot = match files.closing.get(&tenant) {
            Some(slot) => Arc::clone(slot),
            None => Arc::new(make()),
        };
        let entry = slot.begin(turn);
        let evicted = files.make_room(self.room);
        files.open.push(tenant, slot);
        (entry, evicted)
    }

    /// Closing writes to the disk: only those who want this very file wait for it.
    fn close(&self, held: Held) {
        let Held { tenant, slot, gate } = held;
        blocking(|| slot.close());
        self.files().closing.remove(&tenant);
        drop(gate);
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files {
    /// Takes out the slot that is longest unused and that nobody is at work on, when there are as many as may be.
    fn make_room(&mut self, room: usize) -> Option<Held> {
        if self.open.len() < room {
            return None;
        }
        let (tenant, gate) = self
            .open
            .iter()
            .rev()
            .find_map(|(tenant, slot)| Some((*tenant, slot.shut_idle()?)))?;
        self.shut(tenant, gate)
    }

    fn shut(&mut self, tenant: TenantId, gate: OwnedRwLockWriteGuard<()>) -> Option<Held> {
        let slot = self.open.pop(&tenant)?;
        self.closing.insert(tenant, Arc::clone(&slot));
        Some(Held { tenant, slot, gate })
    }

    /// Keeps everybody out of a file that is not open; one that may be is left as it is.
    fn hold(&mut self, tenant: TenantId, make: impl FnOnce() -> Slot) -> Result<Held, Arc<Slot>> {
        let present = self.open.peek(&tenant).or_else(|| self.closing.get(&tenant));
        if let Some(slot) = present {
            return Err(Arc::clone(slot));
        }
        let slot = Arc::new(make());
        let Some(gate) = slot.shut_idle() else {
            return Err(slot);
        };
        self.closing.insert(tenant, Arc::clone(&slot));
        Ok(Held { tenant, slot, gate })
    }
}

#[cfg(test)]
mod tests;
