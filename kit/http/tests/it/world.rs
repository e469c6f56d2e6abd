//! A platform for one test, and requests to it.

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::Value;
use stoa_core::{Clock, TenantId, Token};
use stoa_db::{Db, DbConfig};
use stoa_http::{Gateway, HttpConfig, HttpState, Pages, Socket};
use stoa_vault::{MasterKey, Vault};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::{directory::FakeDirectory, modules};

pub(crate) struct World {
    pub(crate) gateway: Gateway,
    pub(crate) directory: FakeDirectory,
    pub(crate) silk: TenantId,
    pub(crate) clay: TenantId,
    /// Deleted when the test ends.
    _data: TempDir,
}

impl World {
    /// A platform at `stoa.test` with two tenants, `silk` and `clay`.
    pub(crate) async fn start() -> Self {
        Self::with(HttpConfig::new("stoa.test", false), Clock::System).await
    }

    pub(crate) async fn with(http: HttpConfig, clock: Clock) -> Self {
        let data = tempfile::tempdir().unwrap();
        let config = DbConfig::Files {
            data: data.path().to_owned(),
        };
        let modules = modules::modules();
        let migrations: Vec<_> = modules.iter().map(|module| module.migrations).collect();
        let db = Db::open(&config, &migrations, clock, Vault::new(&MasterKey::generate()))
            .await
            .unwrap();
        let directory = FakeDirectory::new(db.clone());
        let silk = directory.add_tenant("silk").await;
        let clay = directory.add_tenant("clay").await;
        let state = HttpState::new(db, directory.clone(), http, &modules);
        let console = Pages::new().get("/", "what this is", async || "the platform");
        Self {
            gateway: Gateway::new(state, modules, console),
            directory,
            silk,
            clay,
            _data: data,
        }
    }

    pub(crate) fn get(&self, url: &str) -> Ask {
        self.ask(Method::GET, url)
    }

    pub(crate) fn post(&self, url: &str) -> Ask {
        self.ask(Method::POST, url)
    }

    /// A request to an address such as `silk.stoa.test/notes`.
    pub(crate) fn ask(&self, method: Method, url: &str) -> Ask {
        let (host, path) = url.split_at(url.find('/').unwrap());
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().unwrap();
        request.headers_mut().insert(header::HOST, host.parse().unwrap());
        Ask {
            gateway: self.gateway.clone(),
            request,
        }
    }
}

pub(crate) struct Ask {
    gateway: Gateway,
    pub(crate) request: Request<Body>,
}

impl Ask {
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request.headers_mut().append(name, value.parse().unwrap());
        self
    }

    pub(crate) fn signed_in(self, token: &Token) -> Self {
        self.header("cookie", &format!("__Host-stoa={}", token.as_str()))
    }

    /// Through a socket from this address.
    pub(crate) fn from(mut self, address: &str) -> Self {
        self.request
            .extensions_mut()
            .insert(Socket(address.parse().unwrap()));
        self
    }

    pub(crate) fn json(self, body: &str) -> Self {
        self.header("content-type", "application/json")
            .body(body.to_owned())
    }

    pub(crate) fn body(mut self, body: impl Into<Body>) -> Self {
        *self.request.body_mut() = body.into();
        self
    }

    pub(crate) async fn send(self) -> Reply {
        let response = self.gateway.oneshot(self.request).await.unwrap();
        let (parts, body) = response.into_parts();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes(),
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The status, and the code of a problem.
    pub(crate) fn outcome(&self) -> (u16, String) {
        let problem: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let code = problem["code"].as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), code)
    }

    /// All of it but what differs from request to request.
    pub(crate) fn alike(mut self) -> (StatusCode, HeaderMap, String) {
        let id = self.header("x-request-id").to_owned();
        self.headers.remove("x-request-id");
        for name in ["ratelimit-remaining", "ratelimit-reset"] {
            self.headers.remove(name);
        }
        let text = self.text().replace(&id, "ID");
        (self.status, self.headers, text)
    }
}

#[track_caller]
pub(crate) fn assert_outcome(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.outcome(), (status, code.to_owned()), "{reply:?}");
}
