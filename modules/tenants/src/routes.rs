//! The module's routes; paths stand on the handlers.

use axum::Extension;
use stoa_http::HttpState;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Tenants,
    http::{bootstrap, features, profile, signup},
};

pub(crate) fn routes(tenants: Tenants) -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(signup::sign_up_with_business))
        .routes(routes!(bootstrap::show))
        .routes(routes!(profile::show, profile::change))
        .routes(routes!(features::show))
        .layer(Extension(tenants))
}
