//! The data directory: `control.db`, one file per tenant, and the template that new tenants are copied from.

use std::{
    fs, io,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use lru::LruCache;
use stoa_core::{Clock, TenantId};

use super::{
    Tx, blocking, migrate,
    open::{Mode, create, open},
    slot::Slot,
};
use crate::{
    DbError, DbResult,
    migrations::{Migrations, Plan},
    unit::Access,
};

/// How many tenants' files stay open.
const OPEN_TENANTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(999);

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
            slots: Mutex::new(LruCache::new(OPEN_TENANTS)),
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
            fs::rename(&draft, &path).map_err(storage)?;
            sync_directory(&self.tenants)
        })
    }

    /// The tenant's open file. Those longest unused are closed when too many are open.
    fn slot(&self, tenant: TenantId) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(&tenant) {
            return Arc::clone(slot);
        }
        let slot = Arc::new(Slot::of_tenant(self.path(tenant), tenant, Arc::clone(&self.plan)));
        if let Some((id, evicted)) = slots.push(tenant, Arc::clone(&slot))
            && Arc::strong_count(&evicted) > 1
        {
            // Still at work: it goes back as the most recent, and the next one makes room.
            slots.push(id, evicted);
        }
        slot
    }

    fn path(&self, tenant: TenantId) -> PathBuf {
        self.tenants.join(format!("{}.db", tenant.uuid()))
    }
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
