//! Catalogue, carts, checkout and orders.
#![doc = include_str!("../README.md")]

mod domain;
mod error;
mod events;
mod http;
mod import;
mod jobs;
mod letters;
mod pages;
pub mod permissions;
mod service;
mod store;

use stoa_core::Feature;
use stoa_db::{Migrations, tenant_migration};
use stoa_http::Module;

pub use domain::ids::{OrderId, ProductId, VariantId};
pub use error::CommerceError;
pub use import::PRODUCTS;
pub use service::has_products;

/// What this module adds to the platform.
#[must_use]
pub fn module() -> Module {
    Module {
        name: "commerce",
        feature: Some(Feature::Ecommerce),
        permissions: permissions::ALL,
        migrations: Migrations {
            module: "commerce",
            feature: Some(Feature::Ecommerce),
            tenant: &[
                tenant_migration!("0001_commerce"),
                tenant_migration!("0002_old_carts"),
                tenant_migration!("0003_search"),
            ],
            control: &[],
        },
        routes: http::routes(),
        pages: pages::pages(),
        sections: vec![pages::FEATURED_PRODUCTS],
        jobs: vec![jobs::forget_carts()],
        platform_jobs: Vec::new(),
    }
}
