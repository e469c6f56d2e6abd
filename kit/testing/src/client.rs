//! Speaks HTTP to a service within the process, as a program or a browser would over a socket.

mod cookies;
mod events;
mod reply;
mod request;

pub use events::Events;
pub use reply::Reply;
pub use request::Request;

use std::{convert::Infallible, sync::Arc};

use axum::{body::Body, response::Response};
use http::Method;
use tower::{Service, util::BoxCloneSyncService};

use cookies::Jar;

type App = BoxCloneSyncService<http::Request<Body>, Response, Infallible>;

/// An HTTP client of one service. Clones share their cookies.
#[derive(Debug, Clone)]
pub struct Client {
    app: App,
    /// None: like a program, which keeps no cookies.
    jar: Option<Arc<Jar>>,
}

impl Client {
    /// A client that keeps nothing between requests.
    pub fn new<S>(service: S) -> Self
    where
        S: Service<http::Request<Body>, Response = Response, Error = Infallible>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        Self {
            app: BoxCloneSyncService::new(service),
            jar: None,
        }
    }

    /// A client that keeps cookies, each for the host that set it.
    pub fn browser<S>(service: S) -> Self
    where
        S: Service<http::Request<Body>, Response = Response, Error = Infallible>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        Self::new(service).with_empty_jar()
    }

    /// The same browser with its cookies, in front of another service.
    #[must_use]
    pub fn on<S>(&self, service: S) -> Self
    where
        S: Service<http::Request<Body>, Response = Response, Error = Infallible>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        Self {
            jar: self.jar.clone(),
            ..Self::new(service)
        }
    }

    /// Another browser of the same service, without any cookie.
    #[must_use]
    pub fn with_empty_jar(&self) -> Self {
        Self {
            app: self.app.clone(),
            jar: Some(Arc::default()),
        }
    }

    pub fn get(&self, url: &str) -> Request {
        self.request(Method::GET, url)
    }

    pub fn post(&self, url: &str) -> Request {
        self.request(Method::POST, url)
    }

    pub fn put(&self, url: &str) -> Request {
        self.request(Method::PUT, url)
    }

    pub fn patch(&self, url: &str) -> Request {
        self.request(Method::PATCH, url)
    }

    pub fn delete(&self, url: &str) -> Request {
        self.request(Method::DELETE, url)
    }

    /// A request to an absolute URL such as `http://rupali.localhost/cart`. The service sees what a server would: the
    /// path in the request line and the host in `Host`. Redirects are answers like any other.
    ///
    /// # Panics
    /// When the URL is not absolute.
    pub fn request(&self, method: Method, url: &str) -> Request {
        Request::new(self.app.clone(), self.jar.clone(), method, url)
    }
}

#[cfg(test)]
mod tests;
