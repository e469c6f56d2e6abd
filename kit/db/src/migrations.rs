//! What each module adds to the stores, one text per engine.

use sha2::{Digest, Sha256};

/// The migrations of one module, in the order they apply.
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    pub module: &'static str,
    pub tenant: &'static [Migration],
    pub control: &'static [Migration],
}

/// One step: the same tables and columns in both texts, but for the tenant's column on PostgreSQL.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    pub name: &'static str,
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

/// Names a migration of the tenant store: `tenant_migration!("0001_commerce")` reads
/// `migrations/{sqlite,postgres}/0001_commerce.sql` of the crate.
#[macro_export]
macro_rules! tenant_migration {
    ($name:literal) => {
        $crate::migration_in!("/migrations/", $name)
    };
}

/// Names a migration of the control store, under `migrations/control/`.
#[macro_export]
macro_rules! control_migration {
    ($name:literal) => {
        $crate::migration_in!("/migrations/control/", $name)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! migration_in {
    ($folder:literal, $name:literal) => {
        $crate::Migration {
            name: $name,
            sqlite: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                $folder,
                "sqlite/",
                $name,
                ".sql"
            )),
            postgres: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                $folder,
                "postgres/",
                $name,
                ".sql"
            )),
        }
    };
}

/// What the engine itself keeps in every store.
const OWN: Migrations = Migrations {
    module: "db",
    tenant: &[
        tenant_migration!("0001_store"),
        tenant_migration!("0002_jobs"),
        tenant_migration!("0003_idempotency"),
    ],
    control: &[
        control_migration!("0001_platform"),
        control_migration!("0002_placements"),
        control_migration!("0003_journal_anchors"),
        control_migration!("0004_jobs"),
    ],
};

/// One step of the whole plan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) module: &'static str,
    pub(crate) name: &'static str,
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

/// All steps of both stores.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) tenant: Vec<Step>,
    pub(crate) control: Vec<Step>,
    /// Tells the templates of different schemas apart.
    pub(crate) fingerprint: String,
    /// The same in a number, which a file's header has room for.
    pub(crate) epoch: i32,
}

impl Plan {
    pub(crate) fn of(modules: &[Migrations]) -> Self {
        let all = || std::iter::once(&OWN).chain(modules);
        let tenant = all()
            .flat_map(|own| steps(own.module, own.tenant))
            .collect::<Vec<_>>();
        let control = all().flat_map(|own| steps(own.module, own.control)).collect();
        let mut hash = Sha256::new();
        for step in &tenant {
            hash.update(step.module);
            hash.update(step.sqlite);
        }
        let digest: [u8; 32] = hash.finalize().into();
        let fingerprint = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let [first, second, third, fourth, ..] = digest;
        Self {
            tenant,
            control,
            fingerprint,
            epoch: i32::from_be_bytes([first, second, third, fourth]),
        }
    }
}

fn steps(module: &'static str, migrations: &'static [Migration]) -> impl Iterator<Item = Step> {
    migrations.iter().map(move |migration| Step {
        module,
        name: migration.name,
        sqlite: migration.sqlite,
        postgres: migration.postgres,
    })
}
