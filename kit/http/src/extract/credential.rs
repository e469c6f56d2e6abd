//! Finds the credential of a request and whom it stands for.

use http::{header, request::Parts};
use stoa_core::{ErrorKind, Token};

use super::origin;
use crate::{ApiError, Credential, HostKey, HttpState, Principal, cookies, gateway::Resolved};

/// Who sends the request, or 401. A cookie counts on the console's host only, and on unsafe methods only when the
/// browser says that the console sent it.
pub(crate) async fn authenticate(parts: &Parts, state: &HttpState) -> Result<Principal, ApiError> {
    let credential = find(parts).ok_or_else(required)?;
    origin::check(parts, state.config())?;
    state
        .directory()
        .authenticate(&credential)
        .await?
        .ok_or_else(required)
}

fn find(parts: &Parts) -> Option<Credential> {
    // No scheme is understood yet; a request that presents one is not to be let in by its cookie.
    if parts.headers.contains_key(header::AUTHORIZATION) {
        return None;
    }
    let resolved = parts.extensions.get::<Resolved>()?;
    if resolved.host != HostKey::Console {
        return None;
    }
    cookies::read(&parts.headers, cookies::SESSION)
        .and_then(Token::parse)
        .map(Credential::Session)
}

fn required() -> ApiError {
    ApiError::new(ErrorKind::Unauthenticated, "auth.required", "Sign in first.")
}
