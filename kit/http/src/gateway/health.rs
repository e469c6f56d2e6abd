//! `/healthz` and `/readyz`: asked by whoever runs the process, on any host.

use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};

use crate::HttpState;

/// The answer when the path is one of the two.
pub(crate) async fn answer(method: &Method, path: &str, state: &HttpState) -> Option<Response> {
    if method != Method::GET && method != Method::HEAD {
        return None;
    }
    match path {
        "/healthz" => Some("ok\n".into_response()),
        "/readyz" => Some(ready(state).await),
        _ => None,
    }
}

/// Ready while new work may come and the control store answers.
async fn ready(state: &HttpState) -> Response {
    if !state.is_ready() {
        return (StatusCode::SERVICE_UNAVAILABLE, "ending\n").into_response();
    }
    match state.db().platform_read().await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "the control store does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "no store\n").into_response()
        }
    }
}
