//! `PlatformHost`: a route that stands on the platform's own hosts only.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::{
    ApiError, HttpState, TenantSnapshot,
    gateway::{Resolved, nothing_here},
};

/// The request came to the console's host or the base domain. On a tenant's own host the route is not there: what it
/// hands to a browser, such as a session's cookie, would lie on a host whose pages are the tenant's.
#[derive(Debug, Clone)]
pub struct PlatformHost {
    /// The tenant that the request names, by path or header.
    pub tenant: Option<Arc<TenantSnapshot>>,
}

impl FromRequestParts<HttpState> for PlatformHost {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &HttpState) -> Result<Self, ApiError> {
        parts
            .extensions
            .get::<Resolved>()
            .filter(|resolved| resolved.host.is_platform())
            .map(|resolved| Self {
                tenant: resolved.tenant.clone(),
            })
            .ok_or_else(nothing_here)
    }
}
