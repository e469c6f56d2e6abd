//! What happened in a business and what is under way: its journal, as a list and live, and its jobs.
#![doc = include_str!("../README.md")]

mod error;
mod http;
pub mod permissions;
mod streams;

use axum::Extension;
use stoa_db::Migrations;
use stoa_http::{HttpState, Module, Pages};
use utoipa_axum::{router::OpenApiRouter, routes};

use http::{events, jobs, journal};

/// What this module adds to the platform.
#[must_use]
pub fn module() -> Module {
    Module {
        name: "activity",
        feature: None,
        permissions: permissions::ALL,
        migrations: Migrations {
            module: "activity",
            feature: None,
            tenant: &[],
            control: &[],
        },
        routes: routes(),
        pages: Pages::new(),
        sections: Vec::new(),
        jobs: Vec::new(),
        platform_jobs: Vec::new(),
    }
}

fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(journal::list))
        .routes(routes!(events::follow))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::show))
        .routes(routes!(jobs::rerun))
        .layer(Extension(streams::Streams::default()))
}
