//! Reads a request's body, within its limits.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use stoa_core::ErrorKind;

use crate::ApiError;

/// The most that a request may carry.
pub(crate) const BODY_LIMIT: usize = 2 * 1024 * 1024;

/// A client that sends slower than this holds a connection for nothing.
const BODY_TIME: Duration = Duration::from_secs(30);

pub(crate) async fn read(body: Body) -> Result<Bytes, ApiError> {
    let collected = tokio::time::timeout(BODY_TIME, Limited::new(body, BODY_LIMIT).collect()).await;
    match collected {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if is_too_large(&*error) => Err(too_large()),
        Ok(Err(_)) => Err(ApiError::new(
            ErrorKind::BadRequest,
            "request.body",
            "The body ended before it was complete.",
        )),
        Err(_) => Err(ApiError::with_status(
            StatusCode::REQUEST_TIMEOUT,
            "request.timeout",
            "The body took too long to arrive.",
        )),
    }
}

/// The gateway limits chunked bodies too, so the cause may be wrapped.
fn is_too_large(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
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
