//! Rendered public pages, kept until what they show changes.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{body::Body, response::Response};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use moka::{policy::EvictionPolicy, sync::Cache};
use sha2::{Digest, Sha256};
use stoa_core::{SiteId, TenantId};
use stoa_db::Generation;

use crate::{
    HostKey, SiteEntry, TenantSnapshot,
    encoding::{Encoding, is_worth_it},
    gateway::{PAGE_HEADERS, PageTally, RequestId, RequiredFeature, Route, X_REQUEST_ID},
};

/// How long a page is kept at most: what a server changed and could not tell the others, because it was killed, is not
/// shown for ever.
const KEPT: Duration = Duration::from_secs(60);
/// What all kept pages may weigh together.
const CAPACITY: u64 = 32 * 1024 * 1024;
const MAX_PAGE: u64 = 1024 * 1024;
/// What a page costs beside its bytes: key, headers, the cache's own records.
const OVERHEAD: usize = 1024;
/// The one parameter of kept pages: a list's cursor, where the page shows a list. Pages under any other query are rendered,
/// since whoever makes up queries could push everybody's pages out.
const CURSOR: &str = "after=";
/// Longer ones are no cursor of ours.
const MAX_QUERY: usize = 256;

/// On the response of a shared page: it may be kept. Set by whatever renders pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CachePage {
    /// What it shows follows from its path.
    ByPath,
    /// From its path and the cursor of a list.
    ByCursor,
}

/// On the response of a route that was declared shared; without it `CachePage` counts for nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shared;

/// All that two renderings may differ by. A change of what they show raises one of the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PageKey {
    tenant: TenantId,
    site: SiteId,
    host: HostKey,
    path_and_query: Box<str>,
    version: i64,
    generation: Generation,
}

pub(crate) struct PageCache(Cache<PageKey, Arc<KeptPage>>);

/// A page as it goes out, but for the request's id.
pub(crate) struct KeptPage {
    headers: HeaderMap,
    plain: Form,
    /// Made when they are first asked for; none for a page that is not worth it.
    gzip: OnceLock<Option<Form>>,
    brotli: OnceLock<Option<Form>>,
    feature: Option<RequiredFeature>,
    pub(crate) route: Route,
    pub(crate) tally: PageTally,
}

/// A page in one content coding.
struct Form {
    etag: HeaderValue,
    body: Bytes,
    encoding: Option<Encoding>,
}

impl PageKey {
    /// None for what is never kept: other methods than GET and HEAD, queries beside a cursor, other spellings of a path,
    /// requests with credentials.
    pub(crate) fn of<B>(
        request: &http::Request<B>,
        host: &HostKey,
        entry: &SiteEntry,
        generation: Generation,
    ) -> Option<Self> {
        let is_plain = (request.method() == Method::GET || request.method() == Method::HEAD)
            && request.uri().query().is_none_or(is_cursor)
            && is_canonical(request.uri().path())
            && !request.headers().contains_key(header::AUTHORIZATION);
        is_plain.then(|| Self {
            tenant: entry.tenant.id,
            site: entry.site,
            host: host.clone(),
            path_and_query: request
                .uri()
                .path_and_query()
                .map_or("/", |target| target.as_str())
                .into(),
            version: entry.tenant.version,
            generation,
        })
    }

    fn has_cursor(&self) -> bool {
        self.path_and_query.contains('?')
    }
}

fn is_cursor(query: &str) -> bool {
    query.starts_with(CURSOR) && !query.contains('&') && query.len() <= MAX_QUERY
}

/// Whether a path has nothing encoded that needs no encoding (RFC 3986, 2.3 and 6.2.2), so that one page has one key.
fn is_canonical(path: &str) -> bool {
    path.split('%').skip(1).all(|encoded| {
        let byte = encoded
            .get(..2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        byte.is_some_and(|byte| !byte.is_ascii_graphic())
            && !encoded.bytes().take(2).any(|digit| digit.is_ascii_lowercase())
    })
}

impl PageCache {
    pub(crate) fn new() -> Self {
        // The least recently used goes first: pages of past generations are never asked for again, however often they
        // once were.
        Self(
            Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(KEPT)
                .weigher(|key: &PageKey, page: &Arc<KeptPage>| {
                    // A page is kept encoded too, once somebody asks for that: rarely more than half of it together.
                    let body = page.plain.body.len() + page.plain.body.len() / 2;
                    let bytes = key.path_and_query.len() + body + OVERHEAD;
                    u32::try_from(bytes).unwrap_or(u32::MAX)
                })
                .eviction_policy(EvictionPolicy::lru())
                .build(),
        )
    }

    pub(crate) fn get(&self, key: &PageKey) -> Option<Arc<KeptPage>> {
        self.0.get(key)
    }

    /// Keeps an answer that may be kept; gives back any other.
    pub(crate) async fn keep(&self, key: PageKey, response: Response) -> Result<Arc<KeptPage>, Response> {
        if !may_be_kept(&key, &response) {
            return Err(response);
        }
        let route = Route::of(&response);
        let (parts, body) = response.into_parts();
        let Ok(body) = body.collect().await else {
            return Err(Response::from_parts(parts, Body::empty()));
        };
        let feature = parts.extensions.get().copied();
        let page = Arc::new(KeptPage::new(
            parts.headers.get(header::CONTENT_TYPE),
            body.to_bytes(),
            feature,
            route,
        ));
        self.0.insert(key, Arc::clone(&page));
        Ok(page)
    }
}

fn may_be_kept(key: &PageKey, response: &Response) -> bool {
    let declared = response.extensions().get::<CachePage>();
    response.status() == StatusCode::OK
        && response.extensions().get::<Shared>().is_some()
        && declared.is_some_and(|by| *by == CachePage::ByCursor || !key.has_cursor())
        && !response.headers().contains_key(header::SET_COOKIE)
        && response
            .body()
            .size_hint()
            .exact()
            .is_some_and(|size| size <= MAX_PAGE)
}

impl KeptPage {
    fn new(
        media_type: Option<&HeaderValue>,
        body: Bytes,
        feature: Option<RequiredFeature>,
        route: Route,
    ) -> Self {
        let mut headers = HeaderMap::with_capacity(16);
        for (name, value) in PAGE_HEADERS {
            headers.insert(name, value);
        }
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, media_type.cloned().unwrap_or(html));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        let plain = Form {
            etag: etag(&body),
            body,
            encoding: None,
        };
        headers.insert(header::ETAG, plain.etag.clone());
        // Holds the place: replacing a value costs less than adding one.
        headers.insert(X_REQUEST_ID, HeaderValue::from_static(""));
        Self {
            headers,
            plain,
            gzip: OnceLock::new(),
            brotli: OnceLock::new(),
            feature,
            tally: PageTally::new(&route),
            route,
        }
    }

    /// Whether the feature that the page belongs to is still on.
    pub(crate) fn is_on(&self, tenant: &TenantSnapshot) -> bool {
        self.feature
            .is_none_or(|RequiredFeature(feature)| tenant.features.contains(feature))
    }

    /// The page in the client's coding, or 304 when the client has it.
    pub(crate) fn respond(&self, method: &Method, asked: &HeaderMap, id: RequestId) -> Response {
        let form = self.form(asked);
        let is_known = asked
            .get(header::IF_NONE_MATCH)
            .is_some_and(|tags| names(tags, &form.etag));
        let is_head = method == Method::HEAD;
        let body = if is_known || is_head {
            Body::empty()
        } else {
            Body::from(form.body.clone())
        };
        let mut response = Response::new(body);
        *response.headers_mut() = self.headers.clone();
        let headers = response.headers_mut();
        headers.insert(X_REQUEST_ID, id.header());
        if let Some(encoding) = form.encoding {
            headers.insert(header::ETAG, form.etag.clone());
            headers.insert(header::CONTENT_ENCODING, encoding.name());
        }
        if is_known {
            headers.remove(header::CONTENT_TYPE);
            headers.remove(header::CONTENT_ENCODING);
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else if is_head {
            headers.insert(header::CONTENT_LENGTH, form.body.len().into());
        }
        response
    }

    fn form(&self, asked: &HeaderMap) -> &Form {
        let Some(encoding) = Encoding::accepted(asked) else {
            return &self.plain;
        };
        let kept = match encoding {
            Encoding::Gzip => &self.gzip,
            Encoding::Brotli => &self.brotli,
        };
        kept.get_or_init(|| self.encode(encoding))
            .as_ref()
            .unwrap_or(&self.plain)
    }

    fn encode(&self, encoding: Encoding) -> Option<Form> {
        let size = u64::try_from(self.plain.body.len()).unwrap_or(u64::MAX);
        if !is_worth_it(self.headers.get(header::CONTENT_TYPE), size) {
            return None;
        }
        let body = encoding.encode(&self.plain.body)?;
        Some(Form {
            etag: etag(&body),
            body,
            encoding: Some(encoding),
        })
    }
}

/// A strong entity tag: 128 bits of the body's SHA-256.
fn etag(body: &[u8]) -> HeaderValue {
    let digest = Sha256::digest(body);
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&digest[..16]));
    HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Whether an `If-None-Match` names a tag (RFC 9110, 13.1.2; weak comparison).
fn names(tags: &HeaderValue, etag: &HeaderValue) -> bool {
    if tags == etag {
        return true;
    }
    let (Ok(tags), Ok(etag)) = (tags.to_str(), etag.to_str()) else {
        return false;
    };
    tags.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tags: &'static str, expected: bool) {
        let etag = HeaderValue::from_static("\"abc\"");
        assert_eq!(names(&HeaderValue::from_static(tags), &etag), expected, "{tags}");
    }

    #[test]
    fn tags_are_compared_weakly() {
        check("\"abc\"", true);
        check("W/\"abc\"", true);
        check("\"x\", \"abc\"", true);
        check("*", true);
        check("\"ab\"", false);
        check("abc", false);
    }

    #[test]
    fn only_one_spelling_of_a_path_is_kept() {
        for (path, expected) in [
            ("/", true),
            ("/products/tide-mug", true),
            ("/%E0%A6%B6", true),
            ("/%e0%A6%B6", false),
            ("/products/%74ide-mug", false),
            ("/a%2Fb", false),
            ("/a%", false),
            ("/a%é", false),
        ] {
            assert_eq!(is_canonical(path), expected, "{path}");
        }
    }

    #[test]
    fn a_tag_has_22_letters() {
        assert_eq!(etag(b"page").len(), 24);
        assert_ne!(etag(b"page"), etag(b"pagf"));
    }

    /// ATK-C6: parts of a key that read alike when joined are different keys.
    #[test]
    fn keys_are_not_joined() {
        let key = |host: &str, path: &str| PageKey {
            tenant: TenantId::from_uuid(uuid::Uuid::nil()),
            site: SiteId::from_uuid(uuid::Uuid::nil()),
            host: HostKey::Custom(host.to_owned()),
            path_and_query: path.into(),
            version: 1,
            generation: Generation::default(),
        };
        let cache = PageCache::new();
        let page = KeptPage::new(
            None,
            Bytes::from_static(b"c"),
            None,
            Route::of(&Response::default()),
        );
        cache.0.insert(key("a:b", "c"), Arc::new(page));
        assert!(cache.get(&key("a:b", "c")).is_some());
        assert!(cache.get(&key("a", "b:c")).is_none());
    }
}
