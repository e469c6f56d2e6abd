//! One line per answered request, under the target `stoa::access`.

use std::time::Instant;

use axum::response::Response;
use http::Method;

use super::{RequestId, mount::Route};

/// What a request's line starts from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) id: RequestId,
    pub(crate) at: Instant,
}

impl Arrival {
    pub(crate) fn now(id: RequestId) -> Self {
        Self {
            id,
            at: Instant::now(),
        }
    }

    /// Neither path nor query stand in the line, as they may hold tokens: the route's pattern does.
    pub(crate) fn log(&self, method: &Method, response: &Response, tenant: Option<&str>) {
        let route = response.extensions().get::<Route>().map(|route| route.0.as_str());
        self.line(method, route.unwrap_or("-"), response, tenant);
    }

    pub(crate) fn log_kept(&self, method: &Method, response: &Response, tenant: &str) {
        self.line(method, "(kept page)", response, Some(tenant));
    }

    fn line(&self, method: &Method, route: &str, response: &Response, tenant: Option<&str>) {
        tracing::info!(
            target: "stoa::access",
            request = self.id.as_str(),
            method = method.as_str(),
            route,
            tenant,
            status = response.status().as_u16(),
            micros = u64::try_from(self.at.elapsed().as_micros()).unwrap_or(u64::MAX),
        );
    }
}
