//! `Visitor`: anybody, on one website of one tenant.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use stoa_core::{Actor, SiteId};
use stoa_db::{Cx, DbResult};

use super::{Allowance, origin};
use crate::{
    ApiError, Budget, Cursors, HostKey, HttpState, TenantSnapshot,
    gateway::{RequiredFeature, Resolved, check_feature, not_found},
};

/// One tenant and one of its websites; who asks is not asked, and no credential is read. 404 where no tenant is named.
pub struct Visitor {
    pub tenant: Arc<TenantSnapshot>,
    pub site: SiteId,
    /// The website's host as links name it, `dhaka-silk.localhost:8080`. Never what the client wrote.
    pub host: String,
    allowance: Allowance,
    cursors: Cursors,
    state: HttpState,
}

impl Visitor {
    /// A unit of work on the tenant's store that only reads.
    pub async fn read(&self) -> DbResult<Cx> {
        self.state
            .db()
            .tenant(self.tenant.id, Actor::Visitor)
            .read()
            .await
    }

    /// A unit of work on the tenant's store that writes with `commit`.
    pub async fn begin(&self) -> DbResult<Cx> {
        self.state
            .db()
            .tenant(self.tenant.id, Actor::Visitor)
            .begin()
            .await
    }

    /// Takes one from the budget of whoever is at the other end; 429 `rate.limited` when it is empty.
    pub fn spend(&self, budget: Budget) -> Result<(), ApiError> {
        self.allowance.spend(budget)
    }

    /// Where the website starts, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}", self.state.config().scheme(), self.host)
    }

    /// Those of the list that this request asks for.
    #[must_use]
    pub fn cursors(&self) -> &Cursors {
        &self.cursors
    }

    #[must_use]
    pub fn state(&self) -> &HttpState {
        &self.state
    }
}

impl FromRequestParts<HttpState> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, ApiError> {
        let resolved = parts.extensions.get::<Resolved>().ok_or_else(not_found)?;
        let tenant = resolved.tenant.clone().ok_or_else(not_found)?;
        if let Some(RequiredFeature(feature)) = parts.extensions.get() {
            check_feature(&tenant, *feature)?;
        }
        origin::check(parts, state.config())?;
        let config = state.config();
        let host = match &resolved.host {
            HostKey::Custom(name) => config.authority(name),
            _ => format!("{}.{}", tenant.slug, config.base_domain()),
        };
        Ok(Self {
            cursors: Cursors::of(parts, state, tenant.id.uuid()),
            site: resolved.site.ok_or_else(not_found)?,
            tenant,
            host,
            allowance: Allowance::of(parts, state),
            state: state.clone(),
        })
    }
}
