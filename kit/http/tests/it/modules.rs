//! Two modules made for tests: notes, behind a feature, and a plain one that is always on.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use stoa_core::{Feature, FieldErrors, Id, Text, id_prefix};
use stoa_db::{Event, Migration, Migrations, Raises, sql};
use stoa_http::{
    ApiError, CachePage, Created, Form, Json, ListQuery, Module, Page, Pages, Path, Query, Scope, Section,
    SignedIn, Visitor,
};
use utoipa::{ToSchema, openapi::OpenApi};
use utoipa_axum::{router::OpenApiRouter, routes};

stoa_core::permissions! {
    /// See notes.
    pub(crate) NotesRead = "notes.read";
    /// Write notes.
    pub(crate) NotesWrite = "notes.write";
}

pub(crate) const NOTES: Migrations = Migrations {
    module: "notes",
    tenant: &[Migration {
        name: "0001_notes",
        sqlite: "CREATE TABLE notes (id BLOB NOT NULL PRIMARY KEY, title TEXT NOT NULL UNIQUE) STRICT",
        postgres: "CREATE TABLE notes (
            tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
            id uuid NOT NULL, title text NOT NULL, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, title))",
    }],
    control: &[],
};

const NONE: Migrations = Migrations {
    module: "plain",
    tenant: &[],
    control: &[],
};

type NoteId = Id<{ id_prefix("not") }>;

/// How often the front page was rendered.
pub(crate) static RENDERED: AtomicU64 = AtomicU64::new(0);

pub(crate) fn modules() -> Vec<Module> {
    vec![notes(), plain()]
}

pub(crate) fn document() -> OpenApi {
    stoa_http::openapi::document(&modules())
}

fn notes() -> Module {
    Module {
        name: "notes",
        feature: Some(Feature::Ecommerce),
        permissions: ALL,
        migrations: NOTES,
        routes: OpenApiRouter::default()
            .routes(routes!(list, create))
            .routes(routes!(show)),
        pages: Pages::new()
            .shared("/notes", "everybody may read them", shared_notes)
            .post("/notes/lines", "a form of a page", form),
        sections: vec![Section {
            name: "latest",
            load: |_| Box::pin(async { Ok(json!(["a"])) }),
        }],
    }
}

fn plain() -> Module {
    Module {
        name: "plain",
        feature: None,
        permissions: &[],
        migrations: NONE,
        routes: OpenApiRouter::default()
            .routes(routes!(me))
            .routes(routes!(guest, take))
            .routes(routes!(panics))
            .routes(routes!(breaks)),
        pages: Pages::new()
            .shared("/", "the front page", front)
            .shared("/planted", "tries to set a cookie", planted)
            .get("/cart", "differs from visitor to visitor", cart),
        sections: Vec::new(),
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoteView {
    id: NoteId,
    /// What it is called
    #[schema(example = "Silk from Rajshahi")]
    title: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewNote {
    title: String,
}

#[derive(Debug, Serialize)]
struct NoteWritten(NoteId);

impl Event for NoteWritten {
    const KIND: &'static str = "note.written";
    const RAISES: Raises = Raises::Content;

    fn subject(&self) -> String {
        self.0.to_string()
    }
}

/// Notes, by id
#[utoipa::path(
    get,
    path = "/notes",
    params(ListQuery),
    responses((status = 200, body = Page<NoteView>, description = "Notes")),
    extensions(("x-permission" = json!("notes.read")))
)]
async fn list(
    scope: Scope<NotesRead>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<NoteView>>, ApiError> {
    let list = query.parse::<NoteId>(scope.tenant.id)?;
    let mut cx = scope.read().await?;
    let rows: Vec<(NoteId, String)> = cx
        .sql(sql!(
            "SELECT id, title FROM notes WHERE 1 = 1{ AND id > $1} ORDER BY id LIMIT $2"
        ))
        .bind_if(list.after)
        .bind(list.fetch())
        .all()
        .await?;
    Ok(Json(
        list.page(rows, |(id, _)| *id)
            .map(|(id, title)| NoteView { id, title }),
    ))
}

/// Write a note
#[utoipa::path(
    post,
    path = "/notes",
    request_body = NewNote,
    responses(
        (status = 201, body = NoteView, description = "The note"),
        (status = 409, description = "`db.duplicate`: the title is taken")
    ),
    extensions(("x-permission" = json!("notes.write")))
)]
async fn create(scope: Scope<NotesWrite>, Json(body): Json<NewNote>) -> Result<Created<NoteView>, ApiError> {
    let mut errors = FieldErrors::new();
    let title = errors.check("title", Text::<40>::parse(&body.title));
    let (title,) = errors.finish((title,))?;
    let mut cx = scope.begin().await?;
    let id: NoteId = cx.new_id();
    cx.sql(sql!("INSERT INTO notes (id, title) VALUES ($1, $2)"))
        .bind(id)
        .bind(title.as_str())
        .execute()
        .await?;
    cx.record(&NoteWritten(id));
    cx.commit().await?;
    Ok(Created(NoteView {
        id,
        title: title.into_string(),
    }))
}

/// One note
#[utoipa::path(
    get,
    path = "/notes/{id}",
    params(("id" = NoteId, Path, description = "The note's id")),
    responses((status = 200, body = NoteView, description = "The note")),
    extensions(("x-permission" = json!("notes.read")))
)]
async fn show(scope: Scope<NotesRead>, Path(id): Path<NoteId>) -> Result<Json<NoteView>, ApiError> {
    let mut cx = scope.read().await?;
    let (title,): (String,) = cx
        .sql(sql!("SELECT title FROM notes WHERE id = $1"))
        .bind(id)
        .one()
        .await?;
    Ok(Json(NoteView { id, title }))
}

/// Who is signed in
#[utoipa::path(
    get,
    path = "/me",
    responses((status = 200, description = "Somebody")),
    extensions(("x-signed-in" = json!("one's own account")))
)]
async fn me(signed_in: SignedIn) -> Json<serde_json::Value> {
    Json(json!({"user": signed_in.principal.user}))
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
    RENDERED.fetch_add(1, Ordering::SeqCst);
    let mut cx = visitor.read().await?;
    let (notes,): (i64,) = cx.sql(sql!("SELECT count(*) FROM notes")).one().await?;
    let text = format!(
        "<h1>{} has {notes} notes at {}</h1><p>{headers:?}</p>",
        visitor.tenant.name,
        visitor.url()
    );
    let mut response = Html(text).into_response();
    response.extensions_mut().insert(CachePage);
    Ok(response)
}

async fn shared_notes(visitor: Visitor) -> Response {
    let mut response = Html(format!("<h1>Notes of {}</h1>", visitor.tenant.name)).into_response();
    response.extensions_mut().insert(CachePage);
    response
}

async fn planted() -> Response {
    let mut response = Html("<p>planted</p>").into_response();
    let cookie = HeaderValue::from_static("a=b");
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response.extensions_mut().insert(CachePage);
    response
}

/// Says by mistake that it may be kept.
async fn cart(headers: HeaderMap) -> Response {
    let mut response = Html(format!("<p>{:?}</p>", headers.get(header::COOKIE))).into_response();
    response.extensions_mut().insert(CachePage);
    response
}

#[derive(Deserialize)]
struct Line {
    quantity: u32,
}

async fn form(_: Visitor, Form(line): Form<Line>) -> String {
    line.quantity.to_string()
}
