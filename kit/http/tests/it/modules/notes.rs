//! Notes of a tenant, behind the feature `ecommerce`.

use axum::response::{Html, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use stoa_core::{Feature, FieldErrors, Id, Text, id_prefix};
use stoa_db::{Event, Migration, Migrations, Raises, sql};
use stoa_http::{
    ApiError, CachePage, Created, Form, Json, List, Listing, Module, Page, Pages, Path, Scope, Section,
    Visitor,
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

stoa_core::permissions! {
    /// See notes.
    pub(crate) NotesRead = "notes.read";
    /// Write notes.
    pub(crate) NotesWrite = "notes.write";
}

const NOTES: Migrations = Migrations {
    module: "notes",
    feature: Some(Feature::Ecommerce),
    tenant: &[Migration {
        name: "0001_notes",
        sqlite: "CREATE TABLE notes (id BLOB NOT NULL PRIMARY KEY, title TEXT NOT NULL UNIQUE) STRICT",
        postgres: "CREATE TABLE notes (
            tenant_id uuid NOT NULL DEFAULT nullif(current_setting('app.tenant_id', true), '')::uuid,
            id uuid NOT NULL, title text NOT NULL, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, title))",
    }],
    control: &[],
};

type NoteId = Id<{ id_prefix("not") }>;

pub(crate) fn module() -> Module {
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
        jobs: Vec::new(),
        platform_jobs: Vec::new(),
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
    #[schema(example = "Silk from Rajshahi")]
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

/// Which notes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct NotesQuery {
    /// Exactly this title.
    #[param(example = "Silk from Rajshahi")]
    title: Option<String>,
}

impl Listing for NotesQuery {
    const SORTS: &'static [&'static str] = &["id", "-id"];
    type Filter = Option<String>;
    type Item = (NoteId, String);
    type Key = NoteId;

    fn filter(self) -> Result<Option<String>, FieldErrors> {
        Ok(self.title)
    }

    fn key((id, _): &Self::Item, _: &str) -> NoteId {
        *id
    }
}

/// Notes, by id
#[utoipa::path(
    get,
    path = "/notes",
    params(List<NotesQuery>),
    responses((status = 200, body = Page<NoteView>, description = "Notes")),
    extensions(("x-permission" = json!("notes.read")))
)]
async fn list(scope: Scope<NotesRead>, list: List<NotesQuery>) -> Result<Json<Page<NoteView>>, ApiError> {
    let mut cx = scope.read().await?;
    let rows: Vec<(NoteId, String)> = cx
        .sql(sql!(
            "SELECT id, title FROM notes WHERE 1 = 1{ AND title = $1}{ AND {$2: id > $3 | id < $3}}
             ORDER BY {$2: id | id DESC} LIMIT $4"
        ))
        .bind_if(list.filter.as_deref())
        .choose(list.stretch.order)
        .bind_if(list.stretch.after)
        .bind(list.stretch.limit)
        .all()
        .await?;
    Ok(Json(list.page(rows).map(|(id, title)| NoteView { id, title })))
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

async fn shared_notes(visitor: Visitor) -> Response {
    let mut response = Html(format!("<h1>Notes of {}</h1>", visitor.tenant.name)).into_response();
    response.extensions_mut().insert(CachePage::ByPath);
    response
}

#[derive(Deserialize)]
struct Line {
    quantity: u32,
}

async fn form(_: Visitor, Form(line): Form<Line>) -> String {
    line.quantity.to_string()
}
