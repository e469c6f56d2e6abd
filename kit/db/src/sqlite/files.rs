//! The data directory: `control.db`, one file per tenant, and the templates that new tenants are copied from.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use stoa_core::{Clock, FeatureSet, TenantId};

use super::{
    Tx, blocking,
    lease::Lease,
    migrate,
    open::{Mode, close_whole, create, open},
    owner::Owner,
    slot::{DESCRIPTORS, Entry, Slot},
    slots::Slots,
};
use crate::{
    DbError, DbResult, Placement,
    draft::{Draft, private_directory, sweep_drafts},
    migrations::Plan,
    unit::Access,
};

/// The most tenants' files that are open at once: more would cost memory and win little.
const OPEN_TENANTS: u64 = 1000;

#[derive(Debug)]
pub(crate) struct Files {
    data: PathBuf,
    tenants: PathBuf,
    plan: Arc<Plan>,
    clock: Clock,
    control: Arc<Slot>,
    slots: Slots,
}

impl Files {
    /// Opens the data directory, making it and bringing the control store up to date.
    pub(crate) fn open(data: &Path, plan: Arc<Plan>, clock: Clock) -> DbResult<Self> {
        let data = private_directory(data).map_err(storage)?;
        let tenants = data.join("tenants");
        fs::create_dir_all(&tenants).map_err(storage)?;
        for directory in [&data, &tenants] {
            sweep_drafts(directory).map_err(storage)?;
        }
        let control = data.join("control.db");
        migrate::migrate(&mut create(&control)?, &plan.control, 0, clock.now())?;
        Ok(Self {
            data,
            tenants,
            plan,
            clock,
            control: Arc::new(Slot::of_control(control)),
            slots: Slots::new(open_tenants()),
        })
    }

    pub(crate) async fn platform(&self, access: Access) -> DbResult<Tx> {
        lend(self.control(), access).await
    }

    pub(crate) async fn tenant(&self, placement: &Placement, access: Access) -> DbResult<Tx> {
        lend(self.enter(placement).await?, access).await
    }

    /// Makes a tenant's file with the tables of these features; one that is there stays as it is.
    pub(crate) fn provision(&self, tenant: TenantId, features: &FeatureSet) -> DbResult<()> {
        let path = self.path(tenant);
        if path.exists() {
            return Ok(());
        }
        blocking(|| {
            let draft = Draft::new(&self.tenants).map_err(storage)?;
            fs::copy(self.template(features)?, draft.path()).map_err(storage)?;
            let connection = open(draft.path(), Mode::Writer)?;
            connection.execute(
                "INSERT INTO store (tenant, created_at) VALUES (?1, ?2)",
                (tenant.uuid().as_bytes(), self.clock.now().as_micros()),
            )?;
            close_whole(connection)?;
            draft.put_new(&path).map_err(storage)
        })
    }

    /// What new files with the tables of these features are copied from: made once, and much faster than a migration.
    pub(super) fn template(&self, features: &FeatureSet) -> DbResult<PathBuf> {
        let schema = self.plan.schema(features);
        let template = self.data.join(format!("template-{:08x}.db", schema.epoch));
        if !template.exists() {
            let draft = Draft::new(&self.data).map_err(storage)?;
            let mut connection = create(draft.path())?;
            migrate::migrate(&mut connection, &schema.steps, schema.epoch, self.clock.now())?;
            close_whole(connection)?;
            draft.put(&template).map_err(storage)?;
        }
        Ok(template)
    }

    /// Makes the tables of these features in a tenant's file. What is there stays as it is.
    pub(crate) async fn equip(&self, placement: &Placement, features: &FeatureSet) -> DbResult<()> {
        let stay = self.enter(placement).await?.stay().await?;
        stay.slot().equip(features).await
    }

    /// Whether a tenant's file is known to be of the current schema, without having SQLite open it.
    pub(crate) fn is_current(&self, placement: &Placement) -> DbResult<bool> {
        let epoch = self.plan.schema(&placement.features).epoch;
        let is_marked = |path: &Path| Ok(migrate::epoch_of(path)? == epoch);
        self.slots
            .peek(placement.tenant, || self.slot(placement), is_marked)
            .map_err(storage)
    }

    pub(super) fn control(&self) -> Entry {
        self.control.alone()
    }

    pub(super) async fn enter(&self, placement: &Placement) -> DbResult<Entry> {
        self.slots.enter(placement.tenant, || self.slot(placement)).await
    }

    fn slot(&self, placement: &Placement) -> Slot {
        let Placement { tenant, features, .. } = placement;
        Slot::of_tenant(self.path(*tenant), Owner::new(*tenant, &self.plan, features))
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
