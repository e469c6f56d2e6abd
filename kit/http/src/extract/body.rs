//! Reads a request's body, within its limits.

use std::error::Error;

use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use stoa_core::ErrorKind;

use crate::{ApiError, serve::TooSlow};

/// The most that a request may carry.
pub(crate) const BODY_LIMIT: usize = 2 * 1024 * 1024;

pub(crate) async fn read(body: Body) -> Result<Bytes, ApiError> {
    match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if is_caused_by::<LengthLimitError>(&*error) => Err(too_large()),
        Err(error) => Err(broken_off(&*error)),
    }
}

/// Why a body did not come to its end.
pub(super) fn broken_off(error: &(dyn Error + 'static)) -> ApiError {
    if is_caused_by::<TooSlow>(error) {
        return ApiError::with_status(
            StatusCode::REQUEST_TIMEOUT,
            "request.timeout",
            "The body took too long to arrive.",
        );
    }
    ApiError::new(
        ErrorKind::BadRequest,
        "request.body",
        "The body ended before it was complete.",
    )
}

/// Server and gateway watch the body too, so the cause may be wrapped.
fn is_caused_by<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<E>() {
            return true;
        }
        cause = error.source();
    }
    false
}

pub(crate) fn too_large() -> ApiError {
    ApiError::new(
        ErrorKind::TooLarge,
        "request.too_large",
        "A request may carry at most 2 MiB.",
    )
}
