//! Websites of a business, and the theme that renders their pages.
#![doc = include_str!("../README.md")]

mod domain;
mod error;
mod events;
mod failure;
mod http;
mod page;
mod pages;
pub mod permissions;
mod service;
mod store;
mod theme;

use stoa_db::{Migrations, tenant_migration};
use stoa_http::Module;

pub use domain::{
    NewSite, Site, SiteKind, SiteLocale, SiteName, SiteTimeZone, Tagline, parse_locale, parse_time_zone,
};
pub use error::SitesError;
pub use failure::{Themed, themed};
pub use page::{Page, PageMeta, render};
pub use service::{change_site::set_tagline, create_site::create_site};
pub use theme::in_words;

/// What this module adds to the platform.
#[must_use]
pub fn module() -> Module {
    Module {
        name: "sites",
        feature: None,
        permissions: permissions::ALL,
        migrations: Migrations {
            module: "sites",
            feature: None,
            tenant: &[tenant_migration!("0001_sites")],
            control: &[],
        },
        routes: http::routes(),
        pages: pages::pages(),
        sections: Vec::new(),
        jobs: Vec::new(),
        platform_jobs: Vec::new(),
    }
}
