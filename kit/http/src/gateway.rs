//! The outermost service: what happens to every request before and after its handler.

mod access_log;
mod admit;
mod finish;
mod health;
mod mount;
mod problem_page;
mod request_id;
mod resolve;
mod tally;
mod tenant_path;
mod under_way;

use std::{
    any::Any,
    convert::Infallible,
    net::IpAddr,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    BoxError,
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, Method};
use http_body_util::Limited;
use hyper::body::Body as HttpBody;
use tower::Service;
use tracing::{Instrument, Span, field::Empty};

use self::{
    access_log::Arrival,
    admit::{admit_caller, admit_for_tenant},
    finish::{Asked, finish},
    mount::{Routers, mount, run},
    request_id::RequestIds,
    resolve::{is_api, resolve, unless_stranger},
    under_way::UnderWay,
};
use crate::{
    ApiError, BoxFuture, HostKey, HttpState, Module, Pages, SiteEntry, Socket, TenantStatus,
    busiest::Busiest,
    extract::{BODY_LIMIT, is_multipart, too_large},
    limits::Standing,
    page_cache::{KeptPage, PageCache, PageKey},
};

pub use request_id::RequestId;
pub(crate) use {
    admit::tenant_of,
    finish::{PAGE_HEADERS, X_REQUEST_ID},
    mount::{Route, nothing_here},
    resolve::{RequiredFeature, Resolved, check_feature, check_status, not_found},
    tally::PageTally,
};

/// Everything that answers requests. Cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

/// What is found out on the way and said with the answer.
#[derive(Debug, Default)]
struct Noted {
    tenant: Option<String>,
    /// Of the caller's budget.
    standing: Option<Standing>,
}

struct Inner {
    state: HttpState,
    routers: Routers,
    pages: PageCache,
    ids: RequestIds,
    writes: UnderWay,
    busiest: Busiest,
}

impl Gateway {
    /// Mounts the modules' routes and pages, and what the platform's own hosts show.
    #[must_use]
    pub fn new(state: HttpState, modules: Vec<Module>, console: Pages) -> Self {
        let routers = mount(&state, modules, console);
        Self(Arc::new(Inner {
            busiest: Busiest::new(state.config().busiest()),
            state,
            routers,
            pages: PageCache::new(),
            ids: RequestIds::new(),
            writes: UnderWay::default(),
        }))
    }

    #[must_use]
    pub fn state(&self) -> &HttpState {
        &self.0.state
    }

    /// Which tenants ask most, in the text format of Prometheus.
    pub(crate) fn render_busiest(&self) -> String {
        self.0.busiest.render(self.0.state.clock().steady())
    }

    /// Answers one request that came through a socket from this address. A kept page is answered at once, before
    /// anything else is looked at.
    pub fn handle<B>(&self, request: http::Request<B>, socket: IpAddr) -> Answering
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.answer(request, Some(socket))
    }

    fn answer<B>(&self, request: http::Request<B>, socket: Option<IpAddr>) -> Answering
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let arrival = Arrival::now(self.0.ids.next());
        if let Some((page, entry)) = self.0.kept(&request) {
            let response = page.respond(request.method(), request.headers(), arrival.id);
            let took = arrival.log(request.method(), &response, &page.route, Some(&entry.tenant.slug));
            page.tally.hit(response.status(), took);
            self.0.note_busy(&entry.tenant.slug, took);
            return Answering::Done(Some(response));
        }
        let inner = Arc::clone(&self.0);
        let is_safe = request.method().is_safe();
        let mut request = request.map(Body::new);
        if let Some(socket) = socket {
            let peer = self.0.state.config().proxies().client(socket, request.headers());
            request.extensions_mut().insert(peer);
        }
        let answer = inner.answer(request, arrival);
        Answering::UnderWay(if is_safe {
            Box::pin(answer)
        } else {
            self.0.writes.run(answer)
        })
    }

    /// Completes when no request is under way that changes something, whether or not its client is still there.
    pub(crate) async fn settled(&self) {
        self.0.writes.settled().await;
    }
}

impl Inner {
    fn note_busy(&self, tenant: &str, took: Duration) {
        self.busiest.note(tenant, took, || self.state.clock().steady());
    }

    /// The kept page that answers a request. Whatever is unusual about the request is left to the long way.
    fn kept<B>(&self, request: &http::Request<B>) -> Option<(Arc<KeptPage>, SiteEntry)> {
        if is_api(request.uri().path()) || request.headers().contains_key("x-tenant-id") {
            return None;
        }
        let host = HostKey::of_request(request.uri(), request.headers(), self.state.config()).ok()?;
        if host.is_platform() {
            return None;
        }
        let entry = self.state.directory().known_site(&host)?;
        let key = PageKey::of(
            request,
            &host,
            &entry,
            self.state.db().generation(entry.tenant.id),
        )?;
        let page = self.pages.get(&key)?;
        let is_served = entry.tenant.status == TenantStatus::Active && page.is_on(&entry.tenant);
        is_served.then_some((page, entry))
    }

    async fn answer(self: Arc<Self>, request: Request, arrival: Arrival) -> Response {
        let asked = Asked::of(&request);
        let span = tracing::info_span!(
            "request",
            id = arrival.id.as_str(),
            method = tally::name(&asked.method),
            route = Empty,
            tenant = Empty,
        );
        let mut noted = Noted::default();
        let routed = AssertUnwindSafe(self.route(request, arrival.id, &mut noted)).catch_unwind();
        let response = match routed.instrument(span.clone()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => error.into_response(),
            Err(panic) => span.in_scope(|| panicked(&*panic)).into_response(),
        };
        let response = finish(response, &asked, arrival.id, noted.standing).await;
        let route = Route::of(&response);
        let took = arrival.log(&asked.method, &response, &route, noted.tenant.as_deref());
        tally::count(&asked.method, &route, response.status(), took);
        if let Some(tenant) = &noted.tenant {
            self.note_busy(tenant, took);
        }
        response
    }

    async fn route(&self, request: Request, id: RequestId, noted: &mut Noted) -> Result<Response, ApiError> {
        if let Some(health) = health::answer(request.method(), request.uri().path(), &self.state).await {
            return Ok(health);
        }
        let host = HostKey::of_request(request.uri(), request.headers(), self.state.config())?;
        let (mut request, standing) = admit_caller(limited(request)?, &host, &self.state).await?;
        noted.standing = standing;
        let resolved = resolve(&mut request, host, &self.state).await?;
        request.extensions_mut().insert(id);
        request.extensions_mut().insert(resolved.clone());
        if let Some(named) = &resolved.tenant {
            Span::current().record("tenant", named.slug.as_str());
            noted.tenant = Some(named.slug.clone());
        }
        admit_for_tenant(&request, &self.state)?;
        if let Some(named) = &resolved.tenant
            && let Err(refusal) = check_status(named)
        {
            let (parts, _) = request.into_parts();
            return Err(unless_stranger(refusal, &parts, &self.state, named).await);
        }
        match is_api(request.uri().path()) {
            true => Ok(run(&self.routers.api, request).await),
            false => Ok(self.page(request, &resolved, id).await),
        }
    }

    /// Pages stand on tenants' hosts only: however else a request names a tenant, the platform's own hosts show none.
    async fn page(&self, mut request: Request, resolved: &Resolved, id: RequestId) -> Response {
        let (Some(tenant), Some(site), false) =
            (&resolved.tenant, resolved.site, resolved.host.is_platform())
        else {
            return run(&self.routers.console, request).await;
        };
        // Read before the page is made: what changes meanwhile makes another key.
        let generation = self.state.db().generation(tenant.id);
        let entry = SiteEntry {
            tenant: Arc::clone(tenant),
            site,
        };
        let key = PageKey::of(&request, &resolved.host, &entry, generation);
        let Some(key) = key else {
            return run(&self.routers.site, request).await;
        };
        if let Some(page) = self.pages.get(&key).filter(|page| page.is_on(&entry.tenant)) {
            page.tally.found();
            return shown(&page, request.method(), request.headers(), id);
        }
        tally::missed_page();
        let method = std::mem::replace(request.method_mut(), Method::GET);
        let headers = request.headers().clone();
        match self.pages.keep(key, run(&self.routers.site, request).await).await {
            Ok(page) => shown(&page, &method, &headers, id),
            Err(response) => response,
        }
    }
}

/// A kept page on the long way, where its route is asked for at the end.
fn shown(page: &KeptPage, method: &Method, headers: &HeaderMap, id: RequestId) -> Response {
    let mut response = page.respond(method, headers, id);
    response.extensions_mut().insert(page.route.clone());
    response
}

/// Refuses a body that says it is too large, and cuts off one that does not say. An upload is limited by what takes it:
/// nothing else reads one.
fn limited(request: Request) -> Result<Request, ApiError> {
    if is_multipart(request.headers()) {
        return Ok(request);
    }
    let limit = u64::try_from(BODY_LIMIT).unwrap_or(u64::MAX);
    let size = request.body().size_hint();
    if size.lower() > limit {
        return Err(too_large());
    }
    if size.upper().is_some_and(|upper| upper <= limit) {
        return Ok(request);
    }
    Ok(request.map(|body| Body::new(Limited::new(body, BODY_LIMIT))))
}

fn panicked(panic: &(dyn Any + Send)) -> ApiError {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    ApiError::internal(&format!("panicked: {}", message.unwrap_or("without a message")))
}

/// An answer, at hand or under way.
pub enum Answering {
    Done(Option<Response>),
    UnderWay(BoxFuture<'static, Response>),
}

impl Future for Answering {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Done(response) => response
                .take()
                .map_or(Poll::Pending, |response| Poll::Ready(Ok(response))),
            Self::UnderWay(future) => future.as_mut().poll(cx).map(Ok),
        }
    }
}

impl<B> Service<http::Request<B>> for Gateway
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Answering {
        let socket = request.extensions().get().map(|Socket(address)| *address);
        self.answer(request, socket)
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway")
            .field("state", &self.0.state)
            .finish_non_exhaustive()
    }
}
