//! The pages that a module adds to websites.

use axum::{
    Router,
    extract::Request,
    handler::Handler,
    middleware::{self, Next},
    response::Response,
    routing::{MethodFilter, MethodRouter, on},
};
use http::{HeaderMap, Method};

use crate::{HttpState, page_cache::Shared};

/// Routes outside `/api`. Each says why it is public: nothing here asks for a permission.
#[derive(Default)]
pub struct Pages {
    pub(crate) router: Router<HttpState>,
    pub(crate) routes: Vec<PageRoute>,
    pub(crate) fallback: Option<Router<HttpState>>,
}

/// A page as `routes.txt` lists it.
#[derive(Debug, Clone)]
pub struct PageRoute {
    pub method: Method,
    pub path: &'static str,
    /// Why nobody has to sign in for it.
    pub reason: &'static str,
}

impl Pages {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A page that is the same for every visitor. Its handler sees no headers, so no cookie, and what it answers with
    /// the extension [`CachePage`](crate::CachePage) is kept until the tenant's generation rises.
    #[must_use]
    pub fn shared<H, T>(self, path: &'static str, reason: &'static str, handler: H) -> Self
    where
        H: Handler<T, HttpState>,
        T: 'static,
    {
        let route = on(MethodFilter::GET, handler).layer(middleware::from_fn(blind));
        self.add(Method::GET, path, reason, route)
    }

    /// A page that may differ from visitor to visitor; never cached.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, reason: &'static str, handler: H) -> Self
    where
        H: Handler<T, HttpState>,
        T: 'static,
    {
        self.add(Method::GET, path, reason, on(MethodFilter::GET, handler))
    }

    /// What a form of a page is sent to.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, reason: &'static str, handler: H) -> Self
    where
        H: Handler<T, HttpState>,
        T: 'static,
    {
        self.add(Method::POST, path, reason, on(MethodFilter::POST, handler))
    }

    /// What answers when no page does, or one whose feature is off. One module at most has it.
    #[must_use]
    pub fn fallback<H, T>(mut self, handler: H) -> Self
    where
        H: Handler<T, HttpState>,
        T: 'static,
    {
        self.fallback = Some(Router::new().fallback(handler));
        self
    }

    fn add(
        mut self,
        method: Method,
        path: &'static str,
        reason: &'static str,
        route: MethodRouter<HttpState>,
    ) -> Self {
        self.router = self.router.route(path, route);
        self.routes.push(PageRoute { method, path, reason });
        self
    }
}

/// Takes away all that two visitors could differ in, and marks the answer as one that all may share.
async fn blind(mut request: Request, next: Next) -> Response {
    *request.headers_mut() = HeaderMap::new();
    let mut response = next.run(request).await;
    response.extensions_mut().insert(Shared);
    response
}
