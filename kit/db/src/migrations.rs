//! What each module adds to the stores, one text per engine.

use sha2::{Digest, Sha256};
use stoa_core::{Feature, FeatureSet};

/// The migrations of one module, in the order they apply.
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    pub module: &'static str,
    /// The feature that its tables in tenants' stores belong to. Without one, every store has them.
    pub feature: Option<Feature>,
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
    feature: None,
    tenant: &[
        tenant_migration!("0001_store"),
        tenant_migration!("0002_jobs"),
        tenant_migration!("0003_idempotency"),
        tenant_migration!("0004_letters"),
        tenant_migration!("0005_sealed_jobs"),
    ],
    control: &[
        control_migration!("0001_platform"),
        control_migration!("0002_placements"),
        control_migration!("0003_journal_anchors"),
        control_migration!("0004_jobs"),
        control_migration!("0005_store_features"),
        control_migration!("0006_config_generation"),
        control_migration!("0007_platform_jobs"),
    ],
};

/// One step of the whole plan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) module: &'static str,
    pub(crate) name: &'static str,
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
    pub(crate) feature: Option<Feature>,
    pub(crate) digest: [u8; 32],
}

/// All steps of both stores.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) tenant: Vec<Step>,
    pub(crate) control: Vec<Step>,
}

/// What a tenant's file has that has the tables of some features.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) steps: Vec<Step>,
    /// Tells it from every other schema, in a number that a file's header has room for.
    pub(crate) epoch: i32,
}

impl Plan {
    pub(crate) fn of(modules: &[Migrations]) -> Self {
        let all = || std::iter::once(&OWN).chain(modules);
        Self {
            tenant: all().flat_map(|own| steps(own, own.tenant)).collect(),
            control: all().flat_map(|own| steps(own, own.control)).collect(),
        }
    }

    /// The schema of a store with the tables of these features.
    pub(crate) fn schema(&self, features: &FeatureSet) -> Schema {
        let is_wanted = |step: &&Step| step.feature.is_none_or(|feature| features.contains(feature));
        let steps: Vec<_> = self.tenant.iter().filter(is_wanted).copied().collect();
        let mut hash = Sha256::new();
        for step in &steps {
            hash.update(step.digest);
        }
        let [first, second, third, fourth, ..]: [u8; 32] = hash.finalize().into();
        Schema {
            steps,
            epoch: i32::from_be_bytes([first, second, third, fourth]),
        }
    }

    /// The features that have tables of their own.
    pub(crate) fn features(&self) -> FeatureSet {
        self.tenant.iter().filter_map(|step| step.feature).collect()
    }

    /// One of the steps of tenants' stores.
    pub(crate) fn step(&self, module: &str, name: &str) -> Option<&Step> {
        self.tenant
            .iter()
            .find(|step| step.module == module && step.name == name)
    }
}

fn steps(own: &Migrations, migrations: &'static [Migration]) -> impl Iterator<Item = Step> {
    let Migrations { module, feature, .. } = *own;
    migrations.iter().map(move |migration| Step {
        module,
        name: migration.name,
        sqlite: migration.sqlite,
        postgres: migration.postgres,
        feature,
        digest: Sha256::new()
            .chain_update(module)
            .chain_update(migration.sqlite)
            .finalize()
            .into(),
    })
}
