//! The first layer: limits, the tenant, kept pages, the router, and what every answer carries.

use std::{
    convert::Infallible,
    panic::AssertUnwindSafe,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::{FutureExt, future::BoxFuture};
use http::{
    HeaderName, HeaderValue, Method, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    },
};
use stoa_core::ErrorKind;
use tower::{Service, ServiceExt};
use utoipa::openapi::OpenApi;
use uuid::Uuid;

use crate::{
    ApiError, HttpState, Mounted, Resolved, html, openapi,
    page_cache::{PageCache, PageKey},
    resolve::resolve,
};

/// The largest body that a route takes unless it says otherwise.
const LARGEST_BODY: u64 = 2 * 1024 * 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const REFERRER: HeaderValue = HeaderValue::from_static("strict-origin-when-cross-origin");
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; img-src 'self' https: data:; object-src 'none'; base-uri 'self'; form-action 'self'; \
     frame-ancestors 'none'",
);

/// The whole platform as one service: the server and the tests call the same.
#[derive(Clone)]
pub struct Gateway {
    shared: Arc<Shared>,
}

struct Shared {
    state: HttpState,
    /// What tenants' hosts answer: the API and public pages.
    site: Router,
    /// What the platform's own hosts answer: the API and the console.
    platform: Router,
    pages: PageCache,
}

impl Gateway {
    /// `console` holds what the platform's own hosts show beside the API; `everywhere` what any host shows.
    #[must_use]
    pub fn new(
        state: HttpState,
        mounted: Mounted,
        console: Router<HttpState>,
        everywhere: Router<HttpState>,
    ) -> Self {
        let api = mounted.api.merge(everywhere).merge(own_routes(&mounted.openapi));
        let finish = |router: Router<HttpState>| {
            router
                .route_layer(from_fn(note_path))
                .fallback(nothing)
                .with_state(state.clone())
        };
        let site = finish(api.clone().merge(mounted.pages));
        let platform = finish(api.merge(console));
        Self {
            shared: Arc::new(Shared {
                state,
                site,
                platform,
                pages: PageCache::new(),
            }),
        }
    }
}

/// The API's description and the style of the platform's own pages.
fn own_routes(document: &OpenApi) -> Router<HttpState> {
    let json = openapi::to_json(document);
    let docs = html::docs(&json);
    Router::new()
        .route("/api/openapi.json", get(async move || axum::Json(json.clone())))
        .route("/api/docs", get(async move || html::page("API", &docs)))
        .route("/-/plain.css", get(html::style))
}

/// The template of the path that a request matched, for the log.
#[derive(Clone)]
struct Template(MatchedPath);

async fn note_path(path: MatchedPath, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.extensions_mut().insert(Template(path));
    response
}

async fn nothing() -> ApiError {
    ApiError::not_found()
}

impl Service<Request> for Gateway {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        Box::pin(async move { Ok(shared.answer(request).await) })
    }
}

impl Shared {
    async fn answer(&self, request: Request) -> Response {
        let started = Instant::now();
        let id = Uuid::now_v7().simple().to_string();
        let method = request.method().clone();
        let is_api = request.uri().path().starts_with("/api");
        let prefers_json = is_api || wants_json(&request);
        let work = AssertUnwindSafe(self.route(request)).catch_unwind().await;
        let mut response = work.unwrap_or_else(|panic| {
            tracing::error!(request_id = id, panic = panic_text(&*panic), "a handler panicked");
            ApiError::new(
                ErrorKind::Internal,
                "request.failed",
                "something went wrong here; it has been noted",
            )
            .into_response()
        });
        if let Some(error) = response.extensions_mut().remove::<ApiError>() {
            response = if prefers_json {
                error.render(&id)
            } else {
                html::error_page(&error, &id)
            };
        }
        finish(&mut response, &id, is_api);
        log(&response, &method, &id, started);
        response
    }

    async fn route(&self, request: Request) -> Response {
        match request.uri().path() {
            "/healthz" => return "ok\n".into_response(),
            "/readyz" if self.state.is_ready() => return "ready\n".into_response(),
            "/readyz" => return (StatusCode::SERVICE_UNAVAILABLE, "draining\n").into_response(),
            _ => {}
        }
        if declared_length(&request).is_some_and(|length| length > LARGEST_BODY) {
            return ApiError::too_large().into_response();
        }
        let state = &self.state;
        match resolve(
            state.directory(),
            state.config(),
            request.uri(),
            request.headers(),
        )
        .await
        {
            Ok((resolved, rewritten)) => self.dispatch(request, resolved, rewritten).await,
            Err(error) => error.into_response(),
        }
    }

    async fn dispatch(
        &self,
        mut request: Request,
        resolved: Resolved,
        rewritten: Option<http::Uri>,
    ) -> Response {
        let tenant = resolved.tenant.as_ref().map(|tenant| tenant.id);
        let mut response =
            if resolved.is_site && rewritten.is_none() && !request.uri().path().starts_with("/api") {
                self.page(request, resolved).await
            } else {
                if let Some(uri) = rewritten {
                    *request.uri_mut() = uri;
                }
                let router = if resolved.is_site {
                    &self.site
                } else {
                    &self.platform
                };
                request.extensions_mut().insert(resolved);
                run(router, request).await
            };
        if let Some(tenant) = tenant {
            response.extensions_mut().insert(tenant);
        }
        response
    }

    /// A page of a website: from memory if it is there.
    async fn page(&self, mut request: Request, resolved: Resolved) -> Response {
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let key = PageKey::of(&method, request.uri(), &headers, &resolved, |tenant| {
            self.state.db().generation(tenant)
        });
        if let Some(page) = key.as_ref().and_then(|key| self.pages.answer(key, &headers)) {
            return page;
        }
        request.extensions_mut().insert(resolved);
        let page = run(&self.site, request).await;
        match key {
            Some(key) => self.pages.keep(key, &method, &headers, page).await,
            None => page,
        }
    }
}

async fn run(router: &Router, request: Request) -> Response {
    match router.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn declared_length(request: &Request<Body>) -> Option<u64> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn wants_json(request: &Request) -> bool {
    request
        .headers()
        .get(http::header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("json") && !accept.contains("html"))
}

/// What every answer carries.
fn finish(response: &mut Response, id: &str, is_api: bool) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.insert(REFERRER_POLICY, REFERRER);
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(POLICY);
    if is_api {
        headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
    }
}

/// One line per request. The matched path is a template: it holds no token, and no text of the client's.
fn log(response: &Response, method: &Method, id: &str, started: Instant) {
    tracing::info!(
        target: "stoa::access",
        request_id = id,
        %method,
        path = response.extensions().get::<Template>().map_or("-", |template| template.0.as_str()),
        status = response.status().as_u16(),
        tenant = response.extensions().get::<stoa_core::TenantId>().map(tracing::field::display),
        took = ?started.elapsed(),
        "answered"
    );
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("of an unknown kind")
}
