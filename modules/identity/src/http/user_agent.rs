//! What a browser calls itself, so that people tell their sessions apart.

use axum::http::{HeaderMap, header::USER_AGENT};

const KEPT_CHARS: usize = 200;

/// The `User-Agent` header, cut to what is worth keeping.
#[must_use]
pub fn user_agent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(USER_AGENT)?.to_str().ok()?;
    let kept: String = text.trim().chars().take(KEPT_CHARS).collect();
    (!kept.is_empty()).then_some(kept)
}
