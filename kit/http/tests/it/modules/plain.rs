//! What needs no feature: pages, and routes that fail.

use std::{
    collections::HashMap,
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use stoa_core::TenantId;
use stoa_db::{Migrations, sql};
use stoa_http::{ApiError, CachePage, Json, Module, Pages, SignedIn, Visitor};
use tokio::sync::Notify;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

const NONE: Migrations = Migrations {
    module: "plain",
    feature: None,
    tenant: &[],
    control: &[],
};

/// How often each tenant's front page was rendered; tests of this process run at the same time.
static RENDERED: LazyLock<Mutex<HashMap<TenantId, u64>>> = LazyLock::new(Mutex::default);

pub(crate) fn rendered(tenant: TenantId) -> u64 {
    RENDERED.lock().unwrap().get(&tenant).copied().unwrap_or(0)
}

/// A request that stops in its handler until its test lets it go on.
pub(crate) static SLOW: Slow = Slow {
    begun: Notify::const_new(),
    go_on: Notify::const_new(),
    done: AtomicBool::new(false),
};

pub(crate) struct Slow {
    pub(crate) begun: Notify,
    pub(crate) go_on: Notify,
    done: AtomicBool,
}

impl Slow {
    pub(crate) fn is_done(&self) -> bool {
        self.done.load(Ordering::SeqCst)
    }
}

pub(crate) fn module() -> Module {
    Module {
        name: "plain",
        feature: None,
        permissions: &[],
        migrations: NONE,
        routes: OpenApiRouter::default()
            .routes(routes!(me))
            .routes(routes!(guest, take))
            .routes(routes!(slow))
            .routes(routes!(panics))
            .routes(routes!(breaks)),
        pages: Pages::new()
            .shared("/", "the front page", front)
            .shared("/planted", "tries to set a cookie", planted)
            .shared("/long", "is worth compressing", long)
            .get("/large", "more than a socket's buffers hold", async || {
                "x".repeat(8 * 1024 * 1024)
            })
            .get("/cart", "differs from visitor to visitor", cart),
        sections: Vec::new(),
        jobs: Vec::new(),
        platform_jobs: Vec::new(),
    }
}

/// Who is signed in
#[utoipa::path(
    get,
    path = "/me",
    responses((status = 200, description = "Somebody")),
    extensions(("x-signed-in" = json!("one's own account")))
)]
async fn me(signed_in: SignedIn) -> Json<serde_json::Value> {
    Json(json!({"user": signed_in.person.user}))
}

/// Whose website it is
#[utoipa::path(
    get,
    path = "/guest",
    responses((status = 200, description = "The tenant")),
    extensions(("x-public" = json!("a public page says the same")))
)]
async fn guest(visitor: Visitor) -> Json<serde_json::Value> {
    Json(json!({"tenant": visitor.tenant.slug, "url": visitor.url()}))
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Gift {
    #[schema(example = 3)]
    worth: Option<i64>,
}

/// Take what a guest sends
#[utoipa::path(
    post,
    path = "/guest",
    responses((status = 200, description = "Taken")),
    extensions(("x-public" = json!("guests may send things")))
)]
async fn take(_: Visitor, Json(body): Json<Gift>) -> Json<Gift> {
    Json(body)
}

/// Wait
#[utoipa::path(
    post,
    path = "/slow",
    responses((status = 200, description = "Waited")),
    extensions(("x-public" = json!("a test's")))
)]
async fn slow() {
    SLOW.begun.notify_one();
    SLOW.go_on.notified().await;
    SLOW.done.store(true, Ordering::SeqCst);
}

/// Panic
#[utoipa::path(
    get,
    path = "/panics",
    responses((status = 200, description = "Never")),
    extensions(("x-public" = json!("a test's")))
)]
async fn panics() {
    panic!("canary-panic");
}

/// Fail in the store
#[utoipa::path(
    get,
    path = "/breaks",
    responses((status = 200, description = "Never")),
    extensions(("x-public" = json!("a test's")))
)]
async fn breaks(visitor: Visitor) -> Result<(), ApiError> {
    let mut cx = visitor.read().await?;
    // Nothing writes in a unit of work that reads: the store refuses, in words that name the table.
    cx.sql(sql!("INSERT INTO notes (id, title) VALUES ($1, $2)"))
        .bind(uuid::Uuid::nil())
        .bind("canary-value")
        .execute()
        .await?;
    Ok(())
}

async fn front(visitor: Visitor, headers: HeaderMap) -> Result<Response, ApiError> {
    *RENDERED.lock().unwrap().entry(visitor.tenant.id).or_default() += 1;
    let mut cx = visitor.read().await?;
    let (notes,): (i64,) = cx.sql(sql!("SELECT count(*) FROM notes")).one().await?;
    let text = format!(
        "<h1>{} has {notes} notes at {}</h1><p>{headers:?}</p>",
        visitor.tenant.name,
        visitor.url()
    );
    let mut response = Html(text).into_response();
    response.extensions_mut().insert(CachePage::ByPath);
    Ok(response)
}

async fn long(visitor: Visitor) -> Response {
    let mut response = Html(visitor.tenant.name.repeat(500)).into_response();
    response.extensions_mut().insert(CachePage::ByPath);
    response
}

async fn planted() -> Response {
    let mut response = Html("<p>planted</p>").into_response();
    let cookie = HeaderValue::from_static("a=b");
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response.extensions_mut().insert(CachePage::ByPath);
    response
}

/// Says by mistake that it may be kept.
async fn cart(headers: HeaderMap) -> Response {
    let mut response = Html(format!("<p>{:?}</p>", headers.get(header::COOKIE))).into_response();
    response.extensions_mut().insert(CachePage::ByPath);
    response
}
