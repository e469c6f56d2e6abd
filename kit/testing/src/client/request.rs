//! One request of a test: everything a browser sends of itself is there unless the test says otherwise.

use std::sync::Arc;

use axum::{body::Body, response::Response};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Uri,
    header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use stoa_http::Socket;
use tower::ServiceExt;

use super::{App, Events, Reply, cookies::Jar};

/// What a browser says about where a request comes from (W3C Fetch Metadata).
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A request that is being written; [`Request::send`] sends it.
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    app: App,
    jar: Option<Arc<Jar>>,
    method: Method,
    host: String,
    target: Uri,
    headers: HeaderMap,
    cookies: Vec<(String, String)>,
    body: Vec<u8>,
    socket: Option<Socket>,
}

impl Request {
    pub(super) fn new(app: App, jar: Option<Arc<Jar>>, method: Method, url: &str) -> Self {
        let url: Uri = url
            .parse()
            .unwrap_or_else(|error| panic!("{url} is no URL: {error}"));
        let host = url
            .authority()
            .unwrap_or_else(|| panic!("{url} names no host: tests use absolute URLs"))
            .to_string();
        let target = url.path_and_query().cloned().map_or_else(Uri::default, Uri::from);
        let mut request = Self {
            app,
            jar,
            method,
            host: host.clone(),
            target,
            headers: HeaderMap::new(),
            cookies: Vec::new(),
            body: Vec::new(),
            socket: None,
        };
        if !request.method.is_safe() {
            request = request.header(SEC_FETCH_SITE.as_str(), "same-origin");
        }
        request.header(HOST.as_str(), &host)
    }

    /// Sets a header, in place of one that is there already.
    ///
    /// # Panics
    /// When name or value cannot be sent.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let value =
            HeaderValue::from_str(value).unwrap_or_else(|_| panic!("{name}: {value:?} cannot be sent"));
        self.headers.insert(header_name(name), value);
        self
    }

    /// Sends it as through a socket from this address; without, it comes from nobody whose requests are counted.
    ///
    /// # Panics
    /// When this is no address.
    pub fn from(mut self, address: &str) -> Self {
        let parsed = address.parse();
        self.socket = Some(Socket(
            parsed.unwrap_or_else(|_| panic!("{address:?} is no address")),
        ));
        self
    }

    /// Leaves out a header, such as a `Sec-Fetch-Site` that old browsers do not send.
    ///
    /// # Panics
    /// When the name cannot be a header's.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(header_name(name));
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {token}"))
    }

    /// Sends a cookie, in place of one that the jar has under this name.
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push((name.to_owned(), value.to_owned()));
        self
    }

    /// # Panics
    /// When the value has no JSON, which needs a failing `Serialize`.
    pub fn json<T: serde::Serialize + ?Sized>(self, value: &T) -> Self {
        let body = serde_json::to_vec(value).expect("a test's value has JSON");
        self.body("application/json", body)
    }

    /// Sends the fields of an HTML form.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        self.body("application/x-www-form-urlencoded", pairs.join("&"))
    }

    /// Sends any body, such as one that is no JSON although it says so.
    pub fn body(mut self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header(CONTENT_TYPE.as_str(), media_type)
    }

    /// Sends the request and reads the whole answer.
    ///
    /// # Panics
    /// When the answer's body ends in an error.
    pub async fn send(self) -> Reply {
        let summary = format!("{} http://{}{}", self.method, self.host, self.target);
        let (jar, host) = (self.jar.clone(), self.host.clone());
        let reply = Reply::read(summary, self.respond().await).await;
        if let Some(jar) = &jar {
            jar.keep(&host, reply.set_cookies());
        }
        reply
    }

    /// Sends the request and reads its answer piece by piece.
    ///
    /// # Panics
    /// When the answer is no stream of events.
    pub async fn follow(self) -> Events {
        Events::of(self.respond().await)
    }

    async fn respond(mut self) -> Response {
        self.add_cookies();
        if !self.body.is_empty() || !self.method.is_safe() {
            let length = HeaderValue::from(self.body.len());
            self.headers.entry(CONTENT_LENGTH).or_insert(length);
        }
        let mut request = http::Request::new(Body::from(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.target.clone();
        *request.headers_mut() = self.headers;
        if let Some(socket) = self.socket {
            request.extensions_mut().insert(socket);
        }
        match self.app.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    fn add_cookies(&mut self) {
        let mut cookies = self
            .jar
            .as_ref()
            .map(|jar| jar.for_request(&self.host, self.target.path()))
            .unwrap_or_default();
        cookies.retain(|(name, _)| !self.cookies.iter().any(|(given, _)| given == name));
        cookies.append(&mut self.cookies);
        if cookies.is_empty() {
            return;
        }
        let pairs: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let value = HeaderValue::from_str(&pairs.join("; ")).expect("a cookie can be sent");
        self.headers.entry(COOKIE).or_insert(value);
    }
}

fn header_name(name: &str) -> HeaderName {
    HeaderName::from_bytes(name.as_bytes()).unwrap_or_else(|_| panic!("{name:?} is no header's name"))
}
