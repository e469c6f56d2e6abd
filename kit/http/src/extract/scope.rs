//! `Scope<P>`: a member of the tenant who may do what the route is for.

use std::{marker::PhantomData, sync::Arc};

use axum::extract::FromRequestParts;
use http::request::Parts;
use stoa_core::{Actor, ErrorKind, Permission, UserId};
use stoa_db::{Cx, DbResult, PlatformCx};

use super::credential;
use crate::{
    ApiError, HttpState, Membership, Principal, TenantSnapshot,
    gateway::{RequiredFeature, Resolved, check_feature, check_status, not_found},
};

/// Permissions on what decides about access itself: always checked against the store.
const ALWAYS_FRESH: [&str; 4] = ["members.", "roles.", "billing.", "admin."];

/// One tenant, one member of it, one permission that they hold. The way to the tenant's store.
///
/// Without a valid credential 401 `auth.required`; in a tenant where the caller is no member, the 404 of a tenant that
/// is not; without the permission 403 `auth.permission_missing`.
pub struct Scope<P> {
    pub tenant: Arc<TenantSnapshot>,
    pub user: UserId,
    pub principal: Principal,
    pub membership: Membership,
    state: HttpState,
    permission: PhantomData<fn() -> P>,
}

impl<P: Permission> Scope<P> {
    /// A unit of work on the tenant's store that only reads.
    pub async fn read(&self) -> DbResult<Cx> {
        self.state
            .db()
            .tenant(self.tenant.id, Actor::User(self.user))
            .read()
            .await
    }

    /// A unit of work on the tenant's store that writes with `commit`.
    pub async fn begin(&self) -> DbResult<Cx> {
        self.state
            .db()
            .tenant(self.tenant.id, Actor::User(self.user))
            .begin()
            .await
    }

    /// A unit of work on the control store that only reads; what it reads must be this tenant's.
    pub async fn platform_read(&self) -> DbResult<PlatformCx> {
        self.state.db().platform_read().await
    }

    /// A unit of work on the control store; what it writes must be this tenant's.
    pub async fn platform_begin(&self) -> DbResult<PlatformCx> {
        self.state.db().platform_begin(Actor::User(self.user)).await
    }

    #[must_use]
    pub fn state(&self) -> &HttpState {
        &self.state
    }
}

impl<P: Permission> FromRequestParts<HttpState> for Scope<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, ApiError> {
        let principal = credential::authenticate(parts, state)?;
        let tenant = tenant(parts, state, &principal).await?;
        let fresh = !parts.method.is_safe() || ALWAYS_FRESH.iter().any(|noun| P::KEY.starts_with(noun));
        let membership = state
            .directory()
            .membership(principal.user, tenant.id, fresh)
            .await?;
        let membership = membership.ok_or_else(not_found)?;
        check_status(&tenant)?;
        if let Some(RequiredFeature(feature)) = parts.extensions.get() {
            check_feature(&tenant, *feature)?;
        }
        if !membership.permissions.contains(P::KEY) {
            return Err(missing(P::KEY));
        }
        Ok(Self {
            tenant,
            user: principal.user,
            principal,
            membership,
            state: state.clone(),
            permission: PhantomData,
        })
    }
}

/// The tenant that the request names, else the one that the session works in.
async fn tenant(
    parts: &Parts,
    state: &HttpState,
    principal: &Principal,
) -> Result<Arc<TenantSnapshot>, ApiError> {
    if let Some(named) = parts
        .extensions
        .get::<Resolved>()
        .and_then(|resolved| resolved.tenant.clone())
    {
        return Ok(named);
    }
    let elected = principal.elected.ok_or_else(|| {
        ApiError::new(
            ErrorKind::Forbidden,
            "tenant.required",
            "Name the business by host, by /api/tenant/{slug}/… or by X-Tenant-ID.",
        )
    })?;
    state
        .directory()
        .tenant_by_id(elected.tenant)
        .await?
        .ok_or_else(not_found)
}

fn missing(key: &str) -> ApiError {
    ApiError::new(
        ErrorKind::Forbidden,
        "auth.permission_missing",
        format!("This needs the permission {key}."),
    )
}
