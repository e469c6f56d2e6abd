//! `SignedIn`: a person with all of their account; `OwnSession`: a person as far as the session itself goes.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use stoa_core::{Actor, ErrorKind};
use stoa_db::{DbResult, PlatformCx};

use super::credential;
use crate::{ApiError, Cursors, HttpState, Person};

/// Somebody with a live credential; 401 `auth.required` otherwise, 403 `auth.person_required` for an API key, 403
/// `auth.account_required` for a token that reaches one tenant only. `Option<SignedIn>` is `None` instead of the first.
pub struct SignedIn {
    pub person: Person,
    state: HttpState,
}

/// As [`SignedIn`], for what concerns no more than the session that the credential is of: a token that reaches one
/// tenant will do.
pub struct OwnSession(pub SignedIn);

impl SignedIn {
    /// A unit of work on the control store that only reads; what it reads must be this person's.
    pub async fn platform_read(&self) -> DbResult<PlatformCx> {
        self.state.db().platform_read().await
    }

    /// A unit of work on the control store; what it writes must be this person's.
    pub async fn platform_begin(&self) -> DbResult<PlatformCx> {
        self.state
            .db()
            .platform_begin(Actor::User(self.person.user))
            .await
    }

    #[must_use]
    pub fn state(&self) -> &HttpState {
        &self.state
    }
}

impl FromRequestParts<HttpState> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, ApiError> {
        let OwnSession(signed_in) = OwnSession::from_request_parts(parts, state).await?;
        if signed_in.person.bound.is_some() {
            return Err(account_required());
        }
        Ok(signed_in)
    }
}

impl FromRequestParts<HttpState> for OwnSession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, ApiError> {
        let principal = credential::authenticate(parts, state)?;
        let person = principal.person()?.clone();
        let cursors = Cursors::of(parts, state, person.user.uuid());
        parts.extensions.insert(cursors);
        Ok(Self(SignedIn {
            person,
            state: state.clone(),
        }))
    }
}

fn account_required() -> ApiError {
    ApiError::new(
        ErrorKind::Forbidden,
        "auth.account_required",
        "This concerns a whole account; a token for one business cannot do it.",
    )
}

impl OptionalFromRequestParts<HttpState> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Option<Self>, ApiError> {
        match <Self as FromRequestParts<_>>::from_request_parts(parts, state).await {
            Ok(signed_in) => Ok(Some(signed_in)),
            Err(error) if error.status().as_u16() == ErrorKind::Unauthenticated.status() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
