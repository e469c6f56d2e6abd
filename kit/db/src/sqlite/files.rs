//! The data directory: `control.db`, one file per tenant, and the template that new tenants are copied from.

use std::{
    fs, io,
    num::NonZeroUsize,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use lru::LruCache;
use stoa_core::{Clock, TenantId};

use super::{
    Tx, blocking, migrate,
    open::{Mode, create, open},
    slot::{DESCRIPTORS, Slot},
};
use crate::{
    DbError, DbResult,
    migrations::{Migrations, Plan},
    unit::Access,
};

/// How many tenants' files stay open, as long as the process may hold that many descriptors.
const OPEN_TENANTS: u64 = 1000;
/// Descriptors left to sockets and all else.
const RESERVED_DESCRIPTORS: u64 = 512;

#[derive(Debug)]
pub(crate) struct Files {
    tenants: PathBuf,
    template: PathBuf,
    plan: Arc<Plan>,
    clock: Clock,
    control: Arc<Slot>,
    slots: Mutex<LruCache<TenantId, Arc<Slot>>>,
}

impl Files {
    /// Opens the data directory, making it and bringing the control store up to date.
    pub(crate) fn open(data: &Path, migrations: &[Migrations], clock: Clock) -> DbResult<Self> {
        let plan = Plan::of(migrations);
        let data = &private_directory(data)?;
        let tenants = data.join("tenants");
        fs::create_dir_all(&tenants).map_err(storage)?;
        let control = data.join("control.db");
        migrate::migrate(&mut create(&control)?, &plan.control, clock.now())?;
        let template = data.join(format!("template-{}.db", plan.fingerprint));
        if !template.exists() {
            let draft = scratch(&template);
            migrate::migrate(&mut create(&draft)?, &plan.tenant, clock.now())?;
            fs::rename(&draft, &template).map_err(storage)?;
        }
        Ok(Self {
            tenants,
            template,
            plan: Arc::new(plan),
            clock,
            control: Arc::new(Slot::of_control(control)),
            slots: Mutex::new(LruCache::new(open_tenants())),
        })
    }

    pub(crate) async fn control(&self, access: Access) -> DbResult<Tx> {
        lend(&self.control, access).await
    }

    pub(crate) async fn tenant(&self, tenant: TenantId, access: Access) -> DbResult<Tx> {
        let slot = self.slot(tenant);
        lend(&slot, access).await
    }

    /// Makes a tenant's file out of the template; one that is there stays as it is.
    pub(crate) fn provision(&self, tenant: TenantId) -> DbResult<()> {
        let path = self.path(tenant);
        if path.exists() {
            return Ok(());
        }
        blocking(|| {
            let draft = scratch(&path);
            fs::copy(&self.template, &draft).map_err(storage)?;
            let connection = open(&draft, Mode::Writer)?;
            connection.execute(
                "INSERT INTO store (tenant, created_at) VALUES (?1, ?2)",
                (tenant.uuid().as_bytes(), self.clock.now().as_micros()),
            )?;
            connection.close().map_err(|(_, error)| error)?;
            // Unlike a rename, a link never replaces a store that another process has made meanwhile.
            let linked = fs::hard_link(&draft, &path);
            fs::remove_file(&draft).map_err(storage)?;
            match linked {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(storage(error)),
                _ => {}
            }
            sync_directory(&self.tenants)
        })
    }

    /// The tenant's open file. One that nobody uses, and longest so, is closed when too many are open.
    fn slot(&self, tenant: TenantId) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(&tenant) {
            return Arc::clone(slot);
        }
        let slot = Arc::new(Slot::of_tenant(self.path(tenant), tenant, Arc::clone(&self.plan)));
        let idle = if slots.len() < slots.cap().get() {
            None
        } else {
            take_idle(&mut slots)
        };
        if idle.is_none() && slots.len() == slots.cap().get() {
            // All are at work: for as long as that lasts there is one more.
            let more = slots.cap().saturating_add(1);
            slots.resize(more);
        }
        slots.push(tenant, Arc::clone(&slot));
        drop(slots);
        // Closing writes to the disk: nobody waits for the lock meanwhile.
        blocking(|| drop(idle));
        slot
    }

    fn path(&self, tenant: TenantId) -> PathBuf {
        self.tenants.join(format!("{}.db", tenant.uuid()))
    }
}

/// Takes out the slot that is longest unused and lent to nobody.
fn take_idle(slots: &mut LruCache<TenantId, Arc<Slot>>) -> Option<Arc<Slot>> {
    let idle = slots
        .iter()
        .rev()
        .find(|(_, slot)| Arc::strong_count(slot) == 1)
        .map(|(tenant, _)| *tenant)?;
    slots.pop(&idle)
}

/// As many as the system lets this process hold open.
fn open_tenants() -> NonZeroUsize {
    let descriptors = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(1024);
    let affordable = descriptors.saturating_sub(RESERVED_DESCRIPTORS) / DESCRIPTORS;
    let open = usize::try_from(affordable.clamp(16, OPEN_TENANTS)).unwrap_or(16);
    NonZeroUsize::new(open).unwrap_or(NonZeroUsize::MIN)
}

/// The data directory, which nobody else on the machine may look into, by a path without links: SQLite follows none.
fn private_directory(data: &Path) -> DbResult<PathBuf> {
    if !data.exists() {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(data)
            .map_err(storage)?;
    }
    data.canonicalize().map_err(storage)
}

async fn lend(slot: &Arc<Slot>, access: Access) -> DbResult<Tx> {
    let lease = match access {
        Access::Read => slot.reader().await?,
        Access::Write => slot.writer().await?,
    };
    Ok(Tx::new(lease, access))
}

/// A name beside `path` that no other process uses.
fn scratch(path: &Path) -> PathBuf {
    path.with_extension(format!("{}.draft", uuid::Uuid::now_v7()))
}

fn sync_directory(path: &Path) -> DbResult<()> {
    fs::File::open(path)
        .and_then(|directory| directory.sync_all())
        .map_err(storage)
}

fn storage(error: io::Error) -> DbError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => DbError::Full(error.into()),
        _ => DbError::Unavailable(error.into()),
    }
}
