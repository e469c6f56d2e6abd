//! The routes of the document itself.

use std::sync::Arc;

use axum::{
    Extension,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::header;
use sha2::{Digest, Sha256};
use stoa_db::Migrations;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{assemble::document, docs_page};
use crate::{Module, Pages};

/// The document as it goes out.
#[derive(Debug)]
struct Documents {
    json: Bytes,
    page: Bytes,
    /// Lets the page have its one style sheet, and nothing else.
    policy: String,
}

/// The module that serves the document of all others.
pub(crate) fn module(modules: &[Module]) -> Module {
    let document = serde_json::to_value(document(modules)).unwrap_or_default();
    let documents = Documents {
        json: serde_json::to_vec(&document).unwrap_or_default().into(),
        page: docs_page::render(&document).into(),
        policy: format!(
            "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            STANDARD.encode(Sha256::digest(docs_page::STYLE))
        ),
    };
    let mut module = bare_module();
    module.routes = module.routes.layer(Extension(Arc::new(documents)));
    module
}

/// The same without the document, which it has to be part of.
pub(super) fn bare_module() -> Module {
    Module {
        name: "openapi",
        feature: None,
        permissions: &[],
        migrations: Migrations {
            module: "openapi",
            feature: None,
            tenant: &[],
            control: &[],
        },
        routes: OpenApiRouter::default()
            .routes(routes!(openapi_json))
            .routes(routes!(docs)),
        pages: Pages::new(),
        sections: Vec::new(),
        jobs: Vec::new(),
        platform_jobs: Vec::new(),
    }
}

/// This document, OpenAPI 3.1
#[utoipa::path(
    get,
    path = "/openapi.json",
    responses((status = 200, description = "The document", content_type = "application/json")),
    extensions(("x-public" = json!("what the API offers is no secret")))
)]
async fn openapi_json(Extension(documents): Extension<Arc<Documents>>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, documents.json.clone()).into_response()
}

/// This document as a page
#[utoipa::path(
    get,
    path = "/docs",
    responses((status = 200, description = "The page", content_type = "text/html")),
    extensions(("x-public" = json!("what the API offers is no secret")))
)]
async fn docs(Extension(documents): Extension<Arc<Documents>>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, documents.policy.as_str()),
    ];
    (headers, documents.page.clone()).into_response()
}
