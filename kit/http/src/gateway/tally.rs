//! Counts requests for whoever runs the platform. Labels are few and ours: patterns of routes, never what was asked for.

use std::time::Duration;

use http::{Method, StatusCode};
use metrics::{Counter, Histogram, counter, histogram};

use super::mount::Route;

const REQUESTS: &str = "stoa_http_requests_total";
const SECONDS: &str = "stoa_http_request_seconds";

/// Counts a request that went the long way.
pub(crate) fn count(method: &Method, route: &Route, status: StatusCode, took: Duration) {
    requests(method, route, class(status)).increment(1);
    seconds(route).record(took);
}

/// Counts the requests for one kept page, whose labels were put together when it was kept.
pub(crate) struct PageTally {
    full: Counter,
    unchanged: Counter,
    seconds: Histogram,
    hits: Counter,
}

impl PageTally {
    pub(crate) fn new(route: &Route) -> Self {
        Self {
            full: requests(&Method::GET, route, "2xx"),
            unchanged: requests(&Method::GET, route, "3xx"),
            seconds: seconds(route),
            hits: counter!("stoa_page_cache_hits_total"),
        }
    }

    /// The page answered a request at once.
    pub(crate) fn hit(&self, status: StatusCode, took: Duration) {
        if status == StatusCode::NOT_MODIFIED {
            self.unchanged.increment(1);
        } else {
            self.full.increment(1);
        }
        self.seconds.record(took);
        self.found();
    }

    /// The page was found on the long way, which is counted at its end.
    pub(crate) fn found(&self) {
        self.hits.increment(1);
    }
}

pub(crate) fn missed_page() {
    counter!("stoa_page_cache_misses_total").increment(1);
}

fn requests(method: &Method, route: &Route, class: &'static str) -> Counter {
    counter!(REQUESTS, "method" => name(method), "route" => route.shared(), "status" => class)
}

fn seconds(route: &Route) -> Histogram {
    histogram!(SECONDS, "route" => route.shared())
}

/// Methods that clients make up are one.
pub(crate) fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
