//! Which tenant a request is for: by host, by path, by header; all that speak must agree.

use std::{borrow::Cow, sync::Arc};

use axum::extract::Request;
use http::{HeaderMap, request::Parts};
use percent_encoding::percent_decode_str;
use stoa_core::{ErrorKind, Feature, SiteId, Slug, TenantId};

use super::tenant_path::{TenantPath, rewritten};
use crate::{
    ApiError, Directory, Freshness, HostKey, HttpState, SiteEntry, TenantSnapshot, TenantStatus,
    extract::{authenticate, permissions},
};

const TENANT_HEADER: &str = "x-tenant-id";

/// What the gateway found out before routing.
#[derive(Debug, Clone)]
pub(crate) struct Resolved {
    pub(crate) host: HostKey,
    pub(crate) tenant: Option<Arc<TenantSnapshot>>,
    /// The website that the host shows, else the tenant's primary one.
    pub(crate) site: Option<SiteId>,
}

/// The feature that the matched route belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequiredFeature(pub(crate) Feature);

/// Finds the tenant, and takes `/tenant/{slug}` out of the path.
pub(crate) async fn resolve(
    request: &mut Request,
    host: HostKey,
    state: &HttpState,
) -> Result<Resolved, ApiError> {
    let directory = state.directory();
    let by_host = by_host(&host, directory).await?;
    refuse_query(request)?;
    let by_path = by_path(request, directory).await?;
    let by_header = by_header(request.headers(), directory).await?;
    let site = by_host.as_ref().map(|entry| entry.site);
    let mut named = [by_host.map(|entry| entry.tenant), by_path, by_header]
        .into_iter()
        .flatten();
    let tenant = named.next();
    if named.any(|other| tenant.as_ref().is_some_and(|first| first.id != other.id)) {
        return Err(ambiguous("The request names two businesses."));
    }
    let site = site.or_else(|| tenant.as_ref()?.primary_site);
    Ok(Resolved { host, tenant, site })
}

async fn by_host(host: &HostKey, directory: &dyn Directory) -> Result<Option<SiteEntry>, ApiError> {
    if host.is_platform() {
        return Ok(None);
    }
    let entry = match directory.known_site(host) {
        Some(entry) => Some(entry),
        None => directory.site_by_host(host).await?,
    };
    entry.map(Some).ok_or_else(not_found)
}

async fn by_path(
    request: &mut Request,
    directory: &dyn Directory,
) -> Result<Option<Arc<TenantSnapshot>>, ApiError> {
    let (slug, uri) = match TenantPath::of(request.uri().path()) {
        TenantPath::Unnamed => return Ok(None),
        TenantPath::Nobody => return Err(not_found()),
        TenantPath::Named { slug, rest } => (slug.to_owned(), rewritten(request.uri(), rest)),
    };
    *request.uri_mut() = uri.ok_or_else(not_found)?;
    directory
        .tenant_by_slug(&slug)
        .await?
        .map(Some)
        .ok_or_else(not_found)
}

async fn by_header(
    headers: &HeaderMap,
    directory: &dyn Directory,
) -> Result<Option<Arc<TenantSnapshot>>, ApiError> {
    let mut values = headers.get_all(TENANT_HEADER).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(ambiguous("X-Tenant-ID stands twice."));
    }
    let text = value.to_str().map_err(|_| not_found())?;
    let found = match text.parse::<TenantId>() {
        Ok(id) => directory.tenant_by_id(id).await?,
        Err(_) if Slug::parse(text).is_ok() => directory.tenant_by_slug(text).await?,
        Err(_) => None,
    };
    found.map(Some).ok_or_else(not_found)
}

/// A tenant in the query would be a fourth way of naming it, and one that ends up in logs and links.
fn refuse_query(request: &Request) -> Result<(), ApiError> {
    let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
    let names_tenant = query.split('&').any(|pair| {
        let key: Cow<'_, str> =
            percent_decode_str(pair.split('=').next().unwrap_or_default()).decode_utf8_lossy();
        key == "tenant" || key == "tenant_id"
    });
    if names_tenant && is_api(path) {
        return Err(ambiguous(
            "Name the business by host, by path or by X-Tenant-ID, not in the query.",
        ));
    }
    Ok(())
}

pub(crate) fn is_api(path: &str) -> bool {
    path.strip_prefix("/api")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What a tenant's state or settings refuse. Somebody signed in who is no member hears what they would hear of a tenant
/// that is not.
pub(crate) async fn unless_stranger(
    refusal: ApiError,
    parts: &Parts,
    state: &HttpState,
    tenant: &TenantSnapshot,
) -> ApiError {
    let Ok(principal) = authenticate(parts, state) else {
        return refusal;
    };
    match permissions(state, &principal, tenant, Freshness::Recent).await {
        Ok(Some(_)) => refusal,
        Ok(None) => not_found(),
        Err(error) => error,
    }
}

fn ambiguous(detail: &str) -> ApiError {
    ApiError::new(ErrorKind::BadRequest, "tenant.ambiguous", detail)
}

/// One answer for a tenant that is not and for one that is none of the caller's.
pub(crate) fn not_found() -> ApiError {
    ApiError::new(
        ErrorKind::NotFound,
        "tenant.not_found",
        "There is no such business here.",
    )
}

pub(crate) fn check_status(tenant: &TenantSnapshot) -> Result<(), ApiError> {
    match tenant.status {
        TenantStatus::Active => Ok(()),
        TenantStatus::Suspended => Err(ApiError::new(
            ErrorKind::Forbidden,
            "tenant.suspended",
            "This business is suspended.",
        )),
        TenantStatus::Provisioning => Err(ApiError::new(
            ErrorKind::Unavailable,
            "tenant.provisioning",
            "This business is being set up; try again shortly.",
        )),
    }
}

pub(crate) fn check_feature(tenant: &TenantSnapshot, feature: Feature) -> Result<(), ApiError> {
    if tenant.features.contains(feature) {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorKind::Forbidden,
        "feature.disabled",
        format!("The feature {feature} is off for this business."),
    ))
}
