//! The answer to what made something.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

/// 201 with the thing that was made.
#[derive(Debug)]
pub struct Created<T>(pub T);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, axum::Json(self.0)).into_response()
    }
}
