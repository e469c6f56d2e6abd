//! Who calls and what they may do there: the extractors of every route that is not public.

use std::{marker::PhantomData, sync::Arc};

use axum::extract::{FromRef, FromRequestParts};
use http::{
    HeaderMap,
    header::{AUTHORIZATION, COOKIE},
    request::Parts,
};
use stoa_core::{Actor, ErrorKind, Permission, TenantId, Token};
use stoa_db::{Cx, DbResult};

use crate::{ApiError, Credential, HttpState, Membership, Principal, Resolved, TenantSnapshot, origin};

/// The cookie of a signed-in browser; honoured on the console's host only.
pub const SESSION_COOKIE: &str = "__Host-stoa";

/// A signed-in user, whatever tenant the request names.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub principal: Principal,
}

/// A member of the tenant that the request names, who holds the permission `P` there.
#[derive(Debug, Clone)]
pub struct Scope<P> {
    pub tenant: Arc<TenantSnapshot>,
    pub principal: Principal,
    pub membership: Membership,
    state: HttpState,
    permission: PhantomData<fn() -> P>,
}

impl<P> Scope<P> {
    /// A unit of work that reads.
    pub async fn read(&self) -> DbResult<Cx> {
        self.state.db().tenant(self.tenant.id, self.actor()).read().await
    }

    /// A unit of work that writes.
    pub async fn begin(&self) -> DbResult<Cx> {
        self.state.db().tenant(self.tenant.id, self.actor()).begin().await
    }

    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::User(self.principal.user)
    }

    #[must_use]
    pub fn tenant_id(&self) -> TenantId {
        self.tenant.id
    }
}

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    HttpState: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let state = HttpState::from_ref(state);
        let resolved = Resolved::of(parts)?;
        let credential = credential(&parts.headers, &resolved)?.ok_or_else(unauthenticated)?;
        let principal = state
            .directory()
            .authenticate(&credential)
            .await?
            .ok_or_else(unauthenticated)?;
        if !parts.method.is_safe() {
            origin::require_same(&parts.headers, &resolved.host, state.config())?;
        }
        Ok(Self { principal })
    }
}

impl<S, P> FromRequestParts<S> for Scope<P>
where
    S: Send + Sync,
    HttpState: FromRef<S>,
    P: Permission,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let SignedIn { principal } = SignedIn::from_request_parts(parts, state).await?;
        let state = HttpState::from_ref(state);
        let tenant = Resolved::of(parts)?.tenant.ok_or_else(tenant_unnamed)?;
        // What writes, and what concerns members, is never decided by what was true a moment ago.
        let fresh = !parts.method.is_safe() || P::KEY.starts_with("members.");
        let membership = state
            .directory()
            .membership(principal.user, tenant.id, fresh)
            .await?
            .ok_or_else(ApiError::tenant_not_found)?;
        if !membership.allows(P::KEY) {
            let detail = format!("your role here does not include the permission {}", P::KEY);
            return Err(ApiError::new(
                ErrorKind::Forbidden,
                "auth.permission_missing",
                detail,
            ));
        }
        Ok(Self {
            tenant,
            principal,
            membership,
            state,
            permission: PhantomData,
        })
    }
}

/// What the caller shows. Tenants' own hosts take no cookie of the console's.
fn credential(headers: &HeaderMap, resolved: &Resolved) -> Result<Option<Credential>, ApiError> {
    if headers.contains_key(AUTHORIZATION) {
        let detail = "this kind of Authorization is not accepted; sign in at the console's host";
        return Err(ApiError::new(
            ErrorKind::Unauthenticated,
            "auth.unknown_credential",
            detail,
        ));
    }
    if !resolved.is_console {
        return Ok(None);
    }
    Ok(cookie(headers, SESSION_COOKIE)
        .and_then(Token::parse)
        .map(Credential::Session))
}

/// The value of a cookie. One that is sent twice is none: the second may have been planted by another host.
#[must_use]
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    let first = values.next()?;
    values.next().is_none().then_some(first)
}

fn unauthenticated() -> ApiError {
    ApiError::new(ErrorKind::Unauthenticated, "auth.required", "sign in first")
}

fn tenant_unnamed() -> ApiError {
    let detail = "name the business by its host, by /api/tenant/{slug}/… or by X-Tenant-ID";
    ApiError::new(ErrorKind::BadRequest, "tenant.unnamed", detail)
}
