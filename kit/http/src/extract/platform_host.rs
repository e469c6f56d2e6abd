//! `PlatformHost`: a route that stands on the platform's own hosts only.

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::{
    ApiError, HttpState,
    gateway::{Resolved, nothing_here},
};

/// The request came to the console's host or the base domain. On a tenant's own host the route is not there: what it
/// hands to a browser, such as a session's cookie, would lie on a host whose pages are the tenant's.
#[derive(Debug, Clone, Copy)]
pub struct PlatformHost;

impl FromRequestParts<HttpState> for PlatformHost {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &HttpState) -> Result<Self, ApiError> {
        parts
            .extensions
            .get::<Resolved>()
            .is_some_and(|resolved| resolved.host.is_platform())
            .then_some(Self)
            .ok_or_else(nothing_here)
    }
}
