//! The data directory: `control.db`, one file per tenant, and the template that new tenants are copied from.

use std::{
    fs, io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use stoa_core::{Clock, TenantId};

use super::{
    Tx, blocking,
    lease::Lease,
    migrate,
    open::{Mode, create, open},
    slot::{DESCRIPTORS, Entry, Slot},
    slots::Slots,
};
use crate::{
    DbError, DbResult,
    draft::{self, Draft},
    migrations::Plan,
    unit::Access,
};

/// The most tenants' files that are open at once: more would cost memory and win little.
const OPEN_TENANTS: u64 = 1000;

#[derive(Debug)]
pub(crate) struct Files {
    tenants: PathBuf,
    template: PathBuf,
    plan: Arc<Plan>,
    clock: Clock,
    control: Arc<Slot>,
    slots: Slots,
}

impl Files {
    /// Opens the data directory, making it and bringing the control store up to date.
    pub(crate) fn open(data: &Path, plan: Arc<Plan>, clock: Clock) -> DbResult<Self> {
        let data = &private_directory(data)?;
        let tenants = data.join("tenants");
        fs::create_dir_all(&tenants).map_err(storage)?;
        for directory in [data, &tenants] {
            draft::sweep(directory).map_err(storage)?;
        }
        let control = data.join("control.db");
        migrate::migrate(&mut create(&control)?, &plan.control, 0, clock.now())?;
        let template = data.join(format!("template-{}.db", plan.fingerprint));
        if !template.exists() {
            let draft = Draft::new(data).map_err(storage)?;
            migrate::migrate(&mut create(draft.path())?, &plan.tenant, plan.epoch, clock.now())?;
            draft.put(&template).map_err(storage)?;
        }
        Ok(Self {
            tenants,
            template,
            plan,
            clock,
            control: Arc::new(Slot::of_control(control)),
            slots: Slots::new(open_tenants()),
        })
    }

    pub(crate) async fn platform(&self, access: Access) -> DbResult<Tx> {
        lend(self.control(), access).await
    }

    pub(crate) async fn tenant(&self, tenant: TenantId, access: Access) -> DbResult<Tx> {
        lend(self.enter(tenant).await?, access).await
    }

    /// Makes a tenant's file out of the template; one that is there stays as it is.
    pub(crate) fn provision(&self, tenant: TenantId) -> DbResult<()> {
        let path = self.path(tenant);
        if path.exists() {
            return Ok(());
        }
        blocking(|| {
            let draft = Draft::new(&self.tenants).map_err(storage)?;
            fs::copy(&self.template, draft.path()).map_err(storage)?;
            let connection = open(draft.path(), Mode::Writer)?;
            connection.execute(
                "INSERT INTO store (tenant, created_at) VALUES (?1, ?2)",
                (tenant.uuid().as_bytes(), self.clock.now().as_micros()),
            )?;
            connection.close().map_err(|(_, error)| error)?;
            draft.put_new(&path).map_err(storage)
        })
    }

    /// Whether a tenant's file is known to be of the current schema, without opening it.
    pub(crate) fn is_current(&self, tenant: TenantId) -> DbResult<bool> {
        let epoch = migrate::epoch_of(&self.path(tenant)).map_err(storage)?;
        Ok(epoch == self.plan.epoch)
    }

    pub(super) fn control(&self) -> Entry {
        self.control.alone()
    }

    pub(super) async fn enter(&self, tenant: TenantId) -> DbResult<Entry> {
        let make = || Slot::of_tenant(self.path(tenant), tenant, Arc::clone(&self.plan));
        self.slots.enter(tenant, make).await
    }

    /// Where tenants' files are, and drafts of them.
    pub(crate) fn tenants(&self) -> &Path {
        &self.tenants
    }

    pub(super) fn path(&self, tenant: TenantId) -> PathBuf {
        self.tenants.join(format!("{}.db", tenant.uuid()))
    }
}

/// As many as the system lets this process hold open. Half of the descriptors are left to sockets, the control store and
/// all else.
fn open_tenants() -> usize {
    let descriptors = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(1024);
    let affordable = descriptors / 2 / DESCRIPTORS;
    usize::try_from(affordable.clamp(16, OPEN_TENANTS)).unwrap_or(16)
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

pub(super) async fn lend(entry: Entry, access: Access) -> DbResult<Tx> {
    Ok(Tx::new(Lease::new(entry, access).await?, access))
}

pub(crate) fn storage(error: io::Error) -> DbError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            DbError::Full(error.into())
        }
        _ => DbError::Unavailable(error.into()),
    }
}
