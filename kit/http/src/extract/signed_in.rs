//! `SignedIn`: a person, whichever tenants they belong to.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use stoa_core::{Actor, ErrorKind};
use stoa_db::{DbResult, PlatformCx};

use super::credential;
use crate::{ApiError, HttpState, Person};

/// Somebody with a live credential; 401 `auth.required` otherwise, 403 `auth.person_required` for an API key. `Option<SignedIn>` is `None` instead.
pub struct SignedIn {
    pub person: Person,
    state: HttpState,
}

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
        let principal = credential::authenticate(parts, state)?;
        Ok(Self {
            person: principal.person()?.clone(),
            state: state.clone(),
        })
    }
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
