//! Whether whoever asks has not asked too much: once it is known who they are, before anything is done for them.

use axum::extract::Request;
use http::Extensions;
use stoa_core::TenantId;

use super::resolve::{Resolved, is_api};
use crate::{
    ApiError, Budget, HostKey, HttpState, Peer,
    extract::{Caller, identify},
    limits::Standing,
};

/// Finds out who signed the request and takes it from their budget, else from its peer's. Pages are signed by nobody.
pub(super) async fn admit_caller(
    request: Request,
    host: &HostKey,
    state: &HttpState,
) -> Result<(Request, Option<Standing>), ApiError> {
    let (mut parts, body) = request.into_parts();
    let caller = match is_api(parts.uri.path()) {
        true => identify(&parts, host, state).await?,
        false => None,
    };
    let standing = match (&caller, parts.extensions.get::<Peer>()) {
        (Some(Caller { principal, .. }), _) => state.limiter().spend(Budget::Principal, principal.into())?,
        (None, Some(peer)) => state.limiter().spend(Budget::Peer, (*peer).into())?,
        (None, None) => None,
    };
    if let Some(caller) = caller {
        parts.extensions.insert(caller);
    }
    Ok((Request::from_parts(parts, body), standing))
}

/// Takes the request from the budget of the tenant that it names, else of the one that its caller works in. Whoever has
/// spent their own leaves this one alone.
pub(super) fn admit_for_tenant(request: &Request, state: &HttpState) -> Result<(), ApiError> {
    match tenant_of(request.extensions()) {
        Some(tenant) => state.limiter().spend(Budget::Tenant, tenant.into()).map(drop),
        None => Ok(()),
    }
}

/// The tenant that a request is for, when it has been resolved and its caller found.
pub(crate) fn tenant_of(extensions: &Extensions) -> Option<TenantId> {
    let resolved: &Resolved = extensions.get()?;
    let at_work = || {
        let Caller { principal, .. } = extensions.get()?;
        principal.works_in()
    };
    resolved.tenant.as_ref().map(|tenant| tenant.id).or_else(at_work)
}
