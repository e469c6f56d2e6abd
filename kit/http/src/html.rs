//! The few pages that belong to no website: errors before a website is known, and the API's description for people.

use std::fmt::Write as _;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header::CONTENT_TYPE};
use serde_json::Value;

use crate::ApiError;

const STYLE: &str = include_str!("html/plain.css");

/// An error for a person: a host that shows no website, a business that is suspended.
pub(crate) fn error_page(error: &ApiError, request_id: &str) -> Response {
    let status = error.status();
    let title = status.canonical_reason().unwrap_or("Error");
    let body = format!(
        "<main class=\"lone\"><p class=\"code\">{}</p><h1>{}</h1><p>{}</p><p class=\"quiet\">Request {}</p></main>",
        status.as_u16(),
        escape(title),
        escape(&sentence(error.detail())),
        escape(request_id)
    );
    (status, page(title, &body)).into_response()
}

fn sentence(detail: &str) -> String {
    let mut letters = detail.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// A plain page of the platform itself. Its style is in a file, since the policy allows none in the page.
#[must_use]
pub fn page(title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{} · Stoa</title>\
         <link rel=\"stylesheet\" href=\"/-/plain.css\"></head><body>{body}</body></html>",
        escape(title)
    );
    (
        [(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))],
        html,
    )
        .into_response()
}

pub(crate) async fn style() -> Response {
    (
        [(CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"))],
        STYLE,
    )
        .into_response()
}

/// Text as HTML shows it.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The API's description for people, made once from the document.
pub(crate) fn docs(document: &Value) -> String {
    let mut body = String::from(
        "<header><h1>Stoa API</h1><p>Every route of this platform, from its own description in \
         <a href=\"/api/openapi.json\">OpenAPI 3.1</a>. Errors are problem details (RFC 9457) with a stable code. \
         A business is named by its host, by <code>/api/tenant/{slug}/…</code> or by <code>X-Tenant-ID</code>.</p>\
         </header><main>",
    );
    let mut tag = String::new();
    for (path, method, operation) in operations(document) {
        let group = operation["tags"][0].as_str().unwrap_or("platform");
        if group != tag {
            let _ = write!(body, "<h2>{}</h2>", escape(group));
            group.clone_into(&mut tag);
        }
        operation_docs(&mut body, path, method, operation);
    }
    body.push_str("<h2>Shapes</h2>");
    for (name, schema) in document["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
    {
        let _ = write!(
            body,
            "<details id=\"{0}\"><summary><code>{0}</code></summary><pre tabindex=\"0\">{1}</pre></details>",
            escape(name),
            escape(&serde_json::to_string_pretty(schema).unwrap_or_default())
        );
    }
    body.push_str("</main>");
    body
}

fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let mut operations: Vec<_> = document["paths"]
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(path, item)| {
            item.as_object()
                .into_iter()
                .flatten()
                .map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
        })
        .collect();
    operations.sort_by_key(|(path, method, operation)| {
        (operation["tags"][0].as_str().unwrap_or(""), *path, *method)
    });
    operations
}

fn operation_docs(body: &mut String, path: &str, method: &str, operation: &Value) {
    let access = ["x-permission", "x-public", "x-signed-in"]
        .iter()
        .find_map(|key| Some(format!("{}: {}", &key[2..], operation[key].as_str()?)))
        .unwrap_or_default();
    let _ = write!(
        body,
        "<details><summary><span class=\"method\">{}</span> <code>{}</code> <span class=\"quiet\">{}</span></summary>\
         <p>{}</p><p class=\"quiet\">{}</p>",
        escape(&method.to_uppercase()),
        escape(path),
        escape(operation["summary"].as_str().unwrap_or("")),
        escape(operation["description"].as_str().unwrap_or("")),
        escape(&access)
    );
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let _ = write!(
            body,
            "<p><code>{}</code> in {}: {}</p>",
            escape(parameter["name"].as_str().unwrap_or("")),
            escape(parameter["in"].as_str().unwrap_or("")),
            escape(parameter["description"].as_str().unwrap_or(""))
        );
    }
    for (what, shape) in [
        ("Request", &operation["requestBody"]),
        ("Answers", &operation["responses"]),
    ] {
        if !shape.is_null() {
            let _ = write!(
                body,
                "<h3>{what}</h3><pre tabindex=\"0\">{}</pre>",
                escape(&serde_json::to_string_pretty(shape).unwrap_or_default())
            );
        }
    }
    body.push_str("</details>");
}
