//! Files of other systems, received in pieces and brought in record by record.
#![doc = include_str!("../README.md")]

mod arrivals;
mod csv;
mod domain;
mod error;
mod events;
mod http;
mod imports;
mod jobs;
mod kind;
pub mod permissions;
mod service;
mod store;

use stoa_db::{Migrations, tenant_migration};
use stoa_http::{Module, Pages};

pub use csv::{Row, rows};
pub use domain::{Counts, Failed, Fault, Import, ImportId, State};
pub use error::{ImportsError, Unusable};
pub use imports::Imports;
pub use kind::{ImportKind, Importer, Opening, Outcome, Trouble};
pub use service::{ImportFile, ImportReport};

/// What this module adds to the platform.
#[must_use]
pub fn module(imports: Imports) -> Module {
    Module {
        name: "imports",
        feature: None,
        permissions: permissions::ALL,
        migrations: Migrations {
            module: "imports",
            feature: None,
            tenant: &[
                tenant_migration!("0001_imports"),
                tenant_migration!("0002_tries"),
                tenant_migration!("0003_rejected_bytes"),
            ],
            control: &[],
        },
        jobs: jobs::kinds(&imports),
        platform_jobs: Vec::new(),
        routes: http::routes(imports),
        pages: Pages::new(),
        sections: Vec::new(),
    }
}
