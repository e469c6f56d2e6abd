//! Finds the credential of a request and whom it stands for.

use http::{HeaderMap, HeaderValue, header, request::Parts};
use stoa_core::{ErrorKind, Token};
use stoa_db::DbResult;

use super::origin;
use crate::{ApiError, Credential, Freshness, HostKey, HttpState, Principal, cookies, gateway::Resolved};

/// What API keys begin with, so that people and scanners recognise one that leaked.
pub const API_KEY_PREFIX: &str = "stoa_";

/// On a request: whom its credential stands for, when it has a live one. The gateway finds out once for all.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    /// To ask again later.
    pub(super) credential: Credential,
}

/// Whom the request's credential stands for.
pub(crate) async fn identify(parts: &Parts, host: &HostKey, state: &HttpState) -> DbResult<Option<Caller>> {
    let Some(credential) = find(&parts.headers, host) else {
        return Ok(None);
    };
    let freshness = Freshness::of(&parts.method);
    let principal = state.directory().authenticate(&credential, freshness).await?;
    Ok(principal.map(|principal| Caller {
        principal,
        credential,
    }))
}

/// Who sends the request, or 401. A cookie counts on the console's host only, and on unsafe methods only when the
/// browser says that the console sent it; a bearer's credential counts wherever it is sent.
pub(crate) fn authenticate(parts: &Parts, state: &HttpState) -> Result<Principal, ApiError> {
    Ok(caller(parts, state)?.principal)
}

/// As [`authenticate`], with what was presented.
pub(super) fn caller(parts: &Parts, state: &HttpState) -> Result<Caller, ApiError> {
    let resolved = parts.extensions.get::<Resolved>().ok_or_else(required)?;
    if let Some(Credential::Session(_)) = find(&parts.headers, &resolved.host) {
        origin::check(parts, state.config())?;
    }
    parts.extensions.get().cloned().ok_or_else(required)
}

/// Whom a credential stands for now.
pub(super) async fn recognise(credential: &Credential, state: &HttpState) -> Result<Principal, ApiError> {
    state
        .directory()
        .authenticate(credential, Freshness::Fresh)
        .await?
        .ok_or_else(required)
}

/// A request that presents `Authorization` is not to be let in by its cookie.
fn find(headers: &HeaderMap, host: &HostKey) -> Option<Credential> {
    let mut presented = headers.get_all(header::AUTHORIZATION).iter();
    match (presented.next(), presented.next()) {
        (None, _) => cookie(headers, host),
        (Some(one), None) => bearer(one),
        _ => None,
    }
}

fn cookie(headers: &HeaderMap, host: &HostKey) -> Option<Credential> {
    if *host != HostKey::Console {
        return None;
    }
    cookies::read(headers, cookies::SESSION)
        .and_then(Token::parse)
        .map(Credential::Session)
}

/// RFC 6750, 2.1.
fn bearer(presented: &HeaderValue) -> Option<Credential> {
    let (scheme, token) = presented.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    match token.strip_prefix(API_KEY_PREFIX) {
        Some(key) => Token::parse(key).map(Credential::ApiKey),
        None => Some(Credential::AccessToken(token.to_owned())),
    }
}

pub(crate) fn required() -> ApiError {
    ApiError::new(ErrorKind::Unauthenticated, "auth.required", "Sign in first.")
}
