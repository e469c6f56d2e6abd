//! Finds the credential of a request and whom it stands for.

use http::{header, request::Parts};
use stoa_core::{ErrorKind, Token};
use stoa_db::DbResult;

use super::origin;
use crate::{ApiError, Credential, HostKey, HttpState, Principal, cookies, gateway::Resolved};

/// On a request: whom its credential stands for, when it has a live one. The gateway finds out once for all.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub(crate) Principal);

/// Whom the request's credential stands for.
pub(crate) async fn identify(parts: &Parts, host: &HostKey, state: &HttpState) -> DbResult<Option<Caller>> {
    match find(parts, host) {
        Some(credential) => Ok(state.directory().authenticate(&credential).await?.map(Caller)),
        None => Ok(None),
    }
}

/// Who sends the request, or 401. A cookie counts on the console's host only, and on unsafe methods only when the
/// browser says that the console sent it.
pub(crate) fn authenticate(parts: &Parts, state: &HttpState) -> Result<Principal, ApiError> {
    let resolved = parts.extensions.get::<Resolved>().ok_or_else(required)?;
    if find(parts, &resolved.host).is_some() {
        origin::check(parts, state.config())?;
    }
    let Caller(principal) = parts.extensions.get().cloned().ok_or_else(required)?;
    Ok(principal)
}

fn find(parts: &Parts, host: &HostKey) -> Option<Credential> {
    // No scheme is understood yet; a request that presents one is not to be let in by its cookie.
    if parts.headers.contains_key(header::AUTHORIZATION) {
        return None;
    }
    if *host != HostKey::Console {
        return None;
    }
    cookies::read(&parts.headers, cookies::SESSION)
        .and_then(Token::parse)
        .map(Credential::Session)
}

fn required() -> ApiError {
    ApiError::new(ErrorKind::Unauthenticated, "auth.required", "Sign in first.")
}
