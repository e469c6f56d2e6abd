//! Rendered public pages, kept until what their tenant shows has changed.

use std::sync::Arc;

use axum::{body::Body, response::Response};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, StatusCode, Uri,
    header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
};
use http_body_util::BodyExt;
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use stoa_core::{SiteId, TenantId};

use crate::Resolved;

/// A response that carries this shows every visitor the same, until the tenant's content changes.
#[derive(Debug, Clone, Copy)]
pub struct CachePage;

const CAPACITY: u64 = 64 * 1024 * 1024;
/// Longer queries are not worth remembering.
const LONGEST_QUERY: usize = 256;
/// A browser may keep the page but asks each time whether it is still the same.
const ASK: HeaderValue = HeaderValue::from_static("no-cache");

/// All that a page depends on. The tenant is in it, so that no page is ever another tenant's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PageKey {
    tenant: TenantId,
    site: SiteId,
    host: String,
    path: String,
    generation: u64,
}

#[derive(Debug)]
struct Kept {
    body: Bytes,
    etag: HeaderValue,
    content_type: HeaderValue,
}

#[derive(Debug, Clone)]
pub(crate) struct PageCache(Cache<PageKey, Arc<Kept>>);

impl PageKey {
    /// The key of a request that may be answered from memory.
    pub(crate) fn of(
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        resolved: &Resolved,
        generation: impl FnOnce(TenantId) -> u64,
    ) -> Option<Self> {
        let (tenant, site) = (resolved.tenant.as_ref()?.id, resolved.site?);
        let readable = method == Method::GET || method == Method::HEAD;
        let short = uri.query().is_none_or(|query| query.len() <= LONGEST_QUERY);
        if !readable || !short || headers.contains_key(AUTHORIZATION) {
            return None;
        }
        let path = uri
            .path_and_query()
            .map_or_else(|| uri.path(), |path| path.as_str())
            .to_owned();
        Some(Self {
            tenant,
            site,
            host: resolved.host.clone(),
            path,
            generation: generation(tenant),
        })
    }
}

impl PageCache {
    pub(crate) fn new() -> Self {
        let weigh = |key: &PageKey, kept: &Arc<Kept>| {
            u32::try_from(kept.body.len() + key.path.len() + 256).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().weigher(weigh).max_capacity(CAPACITY).build())
    }

    /// The page as it was rendered before.
    pub(crate) fn answer(&self, key: &PageKey, headers: &HeaderMap) -> Option<Response> {
        self.0.get(key).map(|kept| kept.answer(headers))
    }

    /// Keeps a page that says it may be kept. The body is that of a GET.
    pub(crate) async fn keep(
        &self,
        key: PageKey,
        method: &Method,
        headers: &HeaderMap,
        page: Response,
    ) -> Response {
        let fit = page.status() == StatusCode::OK
            && page.extensions().get::<CachePage>().is_some()
            && method == Method::GET
            && !page.headers().contains_key(http::header::SET_COOKIE);
        if !fit {
            return page;
        }
        let (parts, body) = page.into_parts();
        // A rendered page is in memory already.
        let Ok(body) = body.collect().await else {
            return Response::from_parts(parts, Body::empty());
        };
        let body = body.to_bytes();
        let (Some(content_type), Some(etag)) = (parts.headers.get(CONTENT_TYPE).cloned(), etag(&body)) else {
            return Response::from_parts(parts, Body::from(body));
        };
        let kept = Arc::new(Kept {
            body,
            etag,
            content_type,
        });
        self.0.insert(key, Arc::clone(&kept));
        kept.answer(headers)
    }
}

impl Kept {
    fn answer(&self, asked: &HeaderMap) -> Response {
        let known = asked
            .get_all(IF_NONE_MATCH)
            .iter()
            .any(|given| names(given, &self.etag));
        let mut response = if known {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response
        } else {
            Response::new(Body::from(self.body.clone()))
        };
        let headers = response.headers_mut();
        headers.reserve(10);
        if !known {
            headers.insert(CONTENT_TYPE, self.content_type.clone());
            headers.insert(CONTENT_LENGTH, HeaderValue::from(self.body.len()));
        }
        headers.insert(ETAG, self.etag.clone());
        headers.insert(CACHE_CONTROL, ASK);
        response
    }
}

/// Whether `If-None-Match` names the tag (RFC 9110, weak comparison).
fn names(given: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(given), Ok(etag)) = (given.to_str(), etag.to_str()) else {
        return false;
    };
    given
        .split(',')
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == etag)
}

fn etag(body: &[u8]) -> Option<HeaderValue> {
    let digest = Sha256::digest(body);
    HeaderValue::from_str(&format!("\"{}\"", URL_SAFE_NO_PAD.encode(&digest[..16]))).ok()
}
