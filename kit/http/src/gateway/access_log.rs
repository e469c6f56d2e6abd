//! One line per answered request, under the target `stoa::access`.

use std::time::{Duration, Instant};

use axum::response::Response;
use http::Method;

use super::{RequestId, mount::Route, tally};

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

    /// Neither path nor query stand in the line, as they may hold tokens: the route's pattern does. It belongs to no
    /// span, whose fields it would repeat.
    pub(crate) fn log(
        &self,
        method: &Method,
        response: &Response,
        route: &Route,
        tenant: Option<&str>,
    ) -> Duration {
        let took = self.at.elapsed();
        tracing::info!(
            target: "stoa::access",
            parent: None,
            request = self.id.as_str(),
            method = tally::name(method),
            route = route.as_str(),
            tenant,
            status = response.status().as_u16(),
            micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        );
        took
    }
}
