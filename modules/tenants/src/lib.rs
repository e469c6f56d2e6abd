//! The businesses on the platform: creation, sign-up, profile, and how a request finds them.
#![doc = include_str!("../README.md")]

mod directory;
mod domain;
mod error;
mod events;
mod http;
mod jobs;
pub mod permissions;
mod routes;
mod service;
mod store;
mod tenants;

use stoa_db::{Migrations, control_migration};
use stoa_http::{Module, Pages};

pub use domain::{
    features::FeatureChange,
    kind::TenantKind,
    locale::{Locale, ZoneName},
    slug::TenantSlug,
    status::Status,
    tenant::{NewBusiness, NewOwner, NewTenant, Reason, Tenant, TenantName},
};
pub use error::TenantError;
pub use service::{
    create_tenant::{CreatedTenant, create_tenant},
    find_tenant::find_tenant,
    finish_provisioning::finish_provisioning,
    list_tenants::list_tenants,
    suspend_tenant::{reactivate_tenant, suspend_tenant},
    switch_features::switch_features,
};
pub use tenants::Tenants;

/// What tenants add to the platform.
#[must_use]
pub fn module(tenants: Tenants) -> Module {
    Module {
        name: "tenants",
        feature: None,
        permissions: permissions::ALL,
        migrations: MIGRATIONS,
        platform_jobs: vec![jobs::finish_creations()],
        routes: routes::routes(tenants),
        pages: Pages::new(),
        sections: Vec::new(),
        jobs: Vec::new(),
    }
}

const MIGRATIONS: Migrations = Migrations {
    module: "tenants",
    feature: None,
    tenant: &[],
    control: &[
        control_migration!("0001_tenants"),
        control_migration!("0002_placements"),
        control_migration!("0003_store_features"),
    ],
};
