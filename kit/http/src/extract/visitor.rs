//! Somebody on a public page or at the guest API: one tenant, one website, no credentials.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;
use stoa_core::{Actor, SiteId};
use stoa_db::{Cx, DbResult};

use crate::{ApiError, HttpState, Resolved, TenantSnapshot};

/// A visitor of one website. Reads no credentials, so that no answer depends on them.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub tenant: Arc<TenantSnapshot>,
    pub site: SiteId,
    /// As the request names it, without its port.
    pub host: String,
    state: HttpState,
}

impl Visitor {
    /// A unit of work that reads.
    pub async fn read(&self) -> DbResult<Cx> {
        self.state
            .db()
            .tenant(self.tenant.id, Actor::Visitor)
            .read()
            .await
    }

    /// A unit of work that writes.
    pub async fn begin(&self) -> DbResult<Cx> {
        self.state
            .db()
            .tenant(self.tenant.id, Actor::Visitor)
            .begin()
            .await
    }

    #[must_use]
    pub fn state(&self) -> &HttpState {
        &self.state
    }

    /// The address of this website, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        self.state.config().url_of(&self.host)
    }
}

impl<S> FromRequestParts<S> for Visitor
where
    S: Send + Sync,
    HttpState: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let state = HttpState::from_ref(state);
        let resolved = Resolved::of(parts)?;
        let tenant = resolved.tenant.ok_or_else(ApiError::tenant_not_found)?;
        let site = resolved
            .site
            .or(tenant.primary_site)
            .ok_or_else(ApiError::tenant_not_found)?;
        Ok(Self {
            tenant,
            site,
            host: resolved.host,
            state,
        })
    }
}
