//! Whether a request that changes something comes from a page of ours.

use http::{HeaderMap, header::ORIGIN};
use stoa_core::ErrorKind;

use crate::{ApiError, HttpConfig};

/// Browsers say where a request comes from: `Sec-Fetch-Site` (Fetch Metadata), older ones `Origin` (RFC 6454). A
/// request that says neither does not come from a browser that would send somebody's cookie unasked, and is refused.
pub(crate) fn require_same(headers: &HeaderMap, host: &str, config: &HttpConfig) -> Result<(), ApiError> {
    let same = match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()) == Some(&config.url_of(host)),
    };
    if same {
        return Ok(());
    }
    let detail = "this request must come from a page of the same host (Sec-Fetch-Site or Origin)";
    Err(ApiError::new(
        ErrorKind::Forbidden,
        "request.cross_origin",
        detail,
    ))
}
