//! `Scope<P>`: somebody of the tenant, a member or one of its programs, who may do what the route is for.

use std::{marker::PhantomData, sync::Arc};

use axum::extract::FromRequestParts;
use http::request::Parts;
use stoa_core::{Actor, ErrorKind, Feature, Permission, UserId};
use stoa_db::{Cx, DbResult, PlatformCx, TenantDb};
use tokio::sync::Notify;

use super::credential::{self, Caller};
use crate::{
    ApiError, Credential, Cursors, Freshness, HttpState, Membership, PermissionSet, Person, Principal,
    TenantSnapshot,
    gateway::{RequiredFeature, Resolved, check_feature, check_status, not_found},
};

/// Permissions on what decides about access itself: always checked against the store.
const ALWAYS_FRESH: [&str; 5] = ["members.", "roles.", "api_keys.", "billing.", "admin."];

/// One tenant, somebody who belongs to it, one permission that they hold. The way to the tenant's store.
///
/// Without a valid credential 401 `auth.required`; in a tenant where the caller does not belong, the 404 of a tenant that
/// is not; without the permission 403 `auth.permission_missing`.
pub struct Scope<P> {
    pub tenant: Arc<TenantSnapshot>,
    pub principal: Principal,
    /// All that the caller may do here.
    pub permissions: PermissionSet,
    credential: Credential,
    /// The feature that the route is behind.
    feature: Option<Feature>,
    state: HttpState,
    permission: PhantomData<fn() -> P>,
}

impl<P: Permission> Scope<P> {
    /// A unit of work on the tenant's store that only reads.
    pub async fn read(&self) -> DbResult<Cx> {
        self.store().read().await
    }

    /// A unit of work on the tenant's store that writes with `commit`.
    pub async fn begin(&self) -> DbResult<Cx> {
        self.store().begin().await
    }

    /// The tenant's store, for what takes more than one unit of work.
    #[must_use]
    pub fn store(&self) -> TenantDb {
        self.state.db().tenant(self.tenant.id, self.actor())
    }

    /// 403 `auth.permission_missing` unless the caller may do this too; for what only the body tells.
    pub fn check_permission(&self, key: &'static str) -> Result<(), ApiError> {
        if self.permissions.contains(key) {
            return Ok(());
        }
        Err(missing(key))
    }

    /// 403 `feature.disabled` unless the tenant has this feature too; for what only the body tells.
    pub fn check_feature(&self, feature: Feature) -> Result<(), ApiError> {
        check_feature(&self.tenant, feature)
    }

    /// A unit of work on the control store that only reads; what it reads must be this tenant's.
    pub async fn platform_read(&self) -> DbResult<PlatformCx> {
        self.state.db().platform_read().await
    }

    /// A unit of work on the control store; what it writes must be this tenant's.
    pub async fn platform_begin(&self) -> DbResult<PlatformCx> {
        self.state.db().platform_begin(self.actor()).await
    }

    #[must_use]
    pub fn actor(&self) -> Actor {
        self.principal.actor()
    }

    /// The person who calls, for what no program may do: 403 `auth.person_required`.
    pub fn user(&self) -> Result<UserId, ApiError> {
        self.principal.person().map(|person| person.user)
    }

    /// What is notified when the tenant's journal has grown by this process's doing.
    #[must_use]
    pub fn follow(&self) -> Arc<Notify> {
        self.state.db().follow(self.tenant.id)
    }

    /// Whether the caller still may what they came for, asked anew: for answers that go on for long.
    pub async fn recheck(&self) -> Result<(), ApiError> {
        let principal = credential::recognise(&self.credential, &self.state).await?;
        let directory = self.state.directory();
        let tenant = directory
            .tenant_by_id(self.tenant.id)
            .await?
            .ok_or_else(not_found)?;
        let permissions = permissions(&self.state, &principal, &tenant, Freshness::Fresh).await?;
        admit::<P>(&tenant, permissions, self.feature).map(drop)
    }

    #[must_use]
    pub fn state(&self) -> &HttpState {
        &self.state
    }
}

impl<P: Permission> FromRequestParts<HttpState> for Scope<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, ApiError> {
        let Caller {
            mut principal,
            credential,
        } = credential::caller(parts, state)?;
        let mut freshness = Freshness::of(&parts.method);
        if freshness == Freshness::Recent && ALWAYS_FRESH.iter().any(|noun| P::KEY.starts_with(noun)) {
            freshness = Freshness::Fresh;
            principal = credential::recognise(&credential, state).await?;
        }
        let tenant = tenant(parts, state, &principal).await?;
        let permissions = permissions(state, &principal, &tenant, freshness).await?;
        let feature = parts.extensions.get().map(|RequiredFeature(feature)| *feature);
        let permissions = admit::<P>(&tenant, permissions, feature)?;
        // For the list that may be asked.
        let cursors = Cursors::of(parts, state, tenant.id.uuid());
        parts.extensions.insert(cursors);
        Ok(Self {
            tenant,
            principal,
            permissions,
            credential,
            feature,
            state: state.clone(),
            permission: PhantomData,
        })
    }
}

/// What a caller has to be and to have, in the order in which it is told what is missing.
fn admit<P: Permission>(
    tenant: &TenantSnapshot,
    permissions: Option<PermissionSet>,
    feature: Option<Feature>,
) -> Result<PermissionSet, ApiError> {
    let permissions = permissions.ok_or_else(not_found)?;
    check_status(tenant)?;
    if let Some(feature) = feature {
        check_feature(tenant, feature)?;
    }
    if !permissions.contains(P::KEY) {
        return Err(missing(P::KEY));
    }
    Ok(permissions)
}

/// The tenant that the request names, else the one that the caller works in.
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
    let at_work = principal.works_in().ok_or_else(|| {
        ApiError::new(
            ErrorKind::Forbidden,
            "tenant.required",
            "Name the business by host, by /api/tenant/{slug}/… or by X-Tenant-ID.",
        )
    })?;
    state
        .directory()
        .tenant_by_id(at_work)
        .await?
        .ok_or_else(not_found)
}

/// What the caller may do in a tenant; none when they do not belong there.
pub(crate) async fn permissions(
    state: &HttpState,
    principal: &Principal,
    tenant: &TenantSnapshot,
    freshness: Freshness,
) -> Result<Option<PermissionSet>, ApiError> {
    match principal {
        Principal::Program(program) => Ok((program.tenant == tenant.id).then(|| program.permissions.clone())),
        Principal::Person(person) => {
            let membership = state
                .directory()
                .membership(person.user, tenant.id, freshness)
                .await?;
            membership
                .filter(|_| person.reaches(tenant.id))
                .map(|membership| granted(person, membership))
                .transpose()
        }
    }
}

/// A token says which version of a membership it was made for; another one's is out of date.
fn granted(person: &Person, membership: Membership) -> Result<PermissionSet, ApiError> {
    match person.bound {
        Some(bound) if bound.membership != membership.id || bound.version != membership.version => {
            Err(credential::required())
        }
        _ => Ok(membership.permissions),
    }
}

fn missing(key: &str) -> ApiError {
    ApiError::new(
        ErrorKind::Forbidden,
        "auth.permission_missing",
        format!("This needs the permission {key}."),
    )
}
