//! Finds out which tenant a request means: by its host, else by its path, else by `X-Tenant-ID`.

use std::sync::Arc;

use http::{HeaderMap, Uri, request::Parts};
use stoa_core::{ErrorKind, SiteId, TenantId};

use crate::{ApiError, Directory, HostKey, HttpConfig, TenantSnapshot, TenantStatus, host::request_host};

const TENANT_HEADER: &str = "x-tenant-id";
const TENANT_PATH: &str = "/api/tenant/";

/// What a request was found to mean. Naming a tenant grants nothing.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// As the request names it, in lower case and without its port.
    pub host: String,
    pub is_console: bool,
    /// Whether the host is a website's, so that public pages are served.
    pub is_site: bool,
    pub tenant: Option<Arc<TenantSnapshot>>,
    /// The website that the host shows.
    pub site: Option<SiteId>,
}

impl Resolved {
    /// # Errors
    /// When the request did not come through the gateway.
    pub fn of(parts: &Parts) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            ApiError::new(
                ErrorKind::Internal,
                "request.unresolved",
                "something went wrong here",
            )
        })
    }
}

/// What the request means, and its URI as the router knows it.
pub(crate) async fn resolve(
    directory: &dyn Directory,
    config: &HttpConfig,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<(Resolved, Option<Uri>), ApiError> {
    let host = request_host(uri, headers).map_err(|_| bad_host())?;
    let key = HostKey::of(&host, config.base_name());
    let is_console = key == HostKey::Console;
    let entry = match key {
        HostKey::Console | HostKey::Platform => None,
        named => Some(
            directory
                .site_by_host(&named)
                .await?
                .ok_or_else(ApiError::tenant_not_found)?,
        ),
    };
    let is_site = entry.is_some();
    let (mut tenant, site) = entry.map_or((None, None), |entry| (Some(entry.tenant), Some(entry.site)));
    let mut rewritten = None;
    if uri.path().starts_with("/api") {
        refuse_query(uri)?;
        if let Some((slug, rest)) = tenant_path(uri.path())? {
            let named = directory
                .tenant_by_slug(slug)
                .await?
                .ok_or_else(ApiError::tenant_not_found)?;
            agree(&mut tenant, named)?;
            rewritten = Some(rewrite(uri, rest)?);
        }
        if let Some(named) = header_tenant(directory, headers).await? {
            agree(&mut tenant, named)?;
        }
    }
    if let Some(tenant) = &tenant {
        require_open(tenant.status)?;
    }
    Ok((
        Resolved {
            host,
            is_console,
            is_site,
            tenant,
            site,
        },
        rewritten,
    ))
}

/// `/api/tenant/{slug}/X` → the slug and `/X`. Only the plain spelling is taken.
fn tenant_path(path: &str) -> Result<Option<(&str, &str)>, ApiError> {
    if path.contains("//") || path.contains('%') {
        return Err(ApiError::not_found());
    }
    let Some(rest) = path.strip_prefix(TENANT_PATH) else {
        return Ok(None);
    };
    let Some(slash) = rest.find('/') else {
        return Err(ApiError::not_found());
    };
    let (slug, rest) = rest.split_at(slash);
    if is_slug(slug) {
        Ok(Some((slug, rest)))
    } else {
        Err(ApiError::tenant_not_found())
    }
}

fn is_slug(slug: &str) -> bool {
    (1..=63).contains(&slug.len())
        && slug
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn rewrite(uri: &Uri, rest: &str) -> Result<Uri, ApiError> {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("/api{rest}{query}")
        .parse()
        .map_err(|_| ApiError::not_found())
}

/// A tenant is never named by the query.
fn refuse_query(uri: &Uri) -> Result<(), ApiError> {
    let named = uri.query().is_some_and(|query| {
        query
            .split('&')
            .filter_map(|pair| pair.split('=').next())
            .any(|key| matches!(key, "tenant" | "tenant_id"))
    });
    if named { Err(ambiguous()) } else { Ok(()) }
}

async fn header_tenant(
    directory: &dyn Directory,
    headers: &HeaderMap,
) -> Result<Option<Arc<TenantSnapshot>>, ApiError> {
    let mut given = headers.get_all(TENANT_HEADER).iter();
    let Some(value) = given.next() else {
        return Ok(None);
    };
    if given.next().is_some() {
        return Err(ambiguous());
    }
    let text = value.to_str().map_err(|_| ApiError::tenant_not_found())?;
    let found = match text.parse::<TenantId>() {
        Ok(id) => directory.tenant_by_id(id).await?,
        Err(_) if is_slug(text) => directory.tenant_by_slug(text).await?,
        Err(_) => None,
    };
    found.map(Some).ok_or_else(ApiError::tenant_not_found)
}

fn agree(known: &mut Option<Arc<TenantSnapshot>>, named: Arc<TenantSnapshot>) -> Result<(), ApiError> {
    match known {
        Some(known) if known.id != named.id => Err(ambiguous()),
        Some(_) => Ok(()),
        None => {
            *known = Some(named);
            Ok(())
        }
    }
}

fn require_open(status: TenantStatus) -> Result<(), ApiError> {
    match status {
        TenantStatus::Active => Ok(()),
        TenantStatus::Deleted => Err(ApiError::tenant_not_found()),
        TenantStatus::Suspended => Err(ApiError::new(
            ErrorKind::Forbidden,
            "tenant.suspended",
            "this business is suspended",
        )),
        TenantStatus::Provisioning => {
            let detail = "this business is being set up; try again shortly";
            Err(ApiError::new(
                ErrorKind::Unavailable,
                "tenant.provisioning",
                detail,
            ))
        }
    }
}

fn ambiguous() -> ApiError {
    let detail = "the request names its business in several ways that disagree, or twice";
    ApiError::new(ErrorKind::BadRequest, "tenant.ambiguous", detail)
}

fn bad_host() -> ApiError {
    ApiError::new(
        ErrorKind::BadRequest,
        "request.host",
        "the request must name exactly one host",
    )
}
