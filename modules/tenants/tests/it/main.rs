//! Businesses over HTTP, on both engines; one file per group of paths.
#![expect(clippy::unwrap_used, reason = "a test fails where its set-up does")]

mod auth_signup;
mod profile;
mod tenants;

use serde_json::Value;
use stoa_testing::Reply;

/// An error's body without what names the request.
pub(crate) fn problem(reply: &Reply) -> Value {
    let mut problem = reply.json();
    problem.as_object_mut().unwrap().remove("request_id").unwrap();
    problem
}
