//! Errors as clients see them: problem details (RFC 9457) with a stable code, and never a cause.

use std::fmt;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde::Serialize;
use stoa_core::{ErrorKind, Failure, FieldError};
use utoipa::ToSchema;

/// What a handler fails with. Any [`Failure`] becomes one by `?`.
#[derive(Debug, Clone)]
pub struct ApiError {
    kind: ErrorKind,
    code: &'static str,
    detail: String,
    fields: Vec<FieldError>,
}

/// The body of an error.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the code says what happened.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    kind: &'static str,
    #[schema(example = "Not Found")]
    title: &'static str,
    #[schema(example = 404)]
    status: u16,
    /// What happened, in a word that never changes.
    #[schema(example = "tenant.not_found")]
    code: &'static str,
    /// What happened and what to do, for a person.
    detail: String,
    /// Finds the request in the logs.
    request_id: String,
    /// What is wrong with the fields of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

impl ApiError {
    #[must_use]
    pub fn new(kind: ErrorKind, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind,
            code,
            detail: detail.into(),
            fields: Vec::new(),
        }
    }

    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The body, which names the request it answers.
    pub(crate) fn render(self, request_id: &str) -> Response {
        let status = self.status();
        let problem = Problem {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code: self.code,
            detail: self.detail,
            request_id: request_id.to_owned(),
            errors: self.fields,
        };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (status, body).into_response();
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

impl<F: Failure> From<F> for ApiError {
    fn from(failure: F) -> Self {
        let kind = failure.kind();
        let cause: &dyn std::error::Error = &failure;
        let detail = match kind {
            ErrorKind::Internal => {
                tracing::error!(error = cause, code = failure.code(), "request failed");
                "something went wrong here; it has been noted".to_owned()
            }
            ErrorKind::Unavailable => {
                tracing::warn!(error = cause, code = failure.code(), "unavailable");
                "this cannot be done at the moment; try again shortly".to_owned()
            }
            _ => failure.to_string(),
        };
        Self {
            kind,
            code: failure.code(),
            detail,
            fields: failure.fields().to_vec(),
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

/// The gateway writes the body, since it knows the request's id.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Answers that several places give, each the same to the byte.
impl ApiError {
    /// An unknown tenant, and one that the caller has no part in.
    #[must_use]
    pub fn tenant_not_found() -> Self {
        Self::new(
            ErrorKind::NotFound,
            "tenant.not_found",
            "there is no such business here",
        )
    }

    /// A path that leads nowhere.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ErrorKind::NotFound, "request.not_found", "there is nothing here")
    }

    pub(crate) fn too_large() -> Self {
        Self::new(
            ErrorKind::TooLarge,
            "request.too_large",
            "the request's body is too large",
        )
    }
}
