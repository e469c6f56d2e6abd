//! Problem details (RFC 9457): the one shape in which failures leave the platform.

use std::{error::Error as StdError, fmt::Write as _, sync::Arc};

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use stoa_core::{ErrorKind, Failure, FieldError};
use utoipa::ToSchema;

use crate::limits::Standing;

/// A failure on its way out. Made from any [`Failure`] by `?`; causes are logged there, and never shown.
#[derive(Debug, Clone)]
pub struct ApiError(Arc<Fault>);

/// What a failed request is told. The gateway adds the request's id and writes it as JSON or as a page.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) detail: String,
    pub(crate) errors: Vec<FieldError>,
    /// Of the budget that was empty.
    pub(crate) standing: Option<Standing>,
}

/// Problem details as JSON, `application/problem+json`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem<'a> {
    /// `about:blank`: the status and the code say what happened (RFC 9457, 4.2.1).
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    pub kind: &'static str,
    #[schema(example = "Unprocessable Entity")]
    pub title: &'a str,
    #[schema(example = 422)]
    pub status: u16,
    /// Never changes; for programs.
    #[schema(example = "request.invalid")]
    pub code: &'a str,
    /// For people.
    #[schema(example = "some fields need another value")]
    pub detail: &'a str,
    /// What to quote when asking for help.
    #[schema(example = "0q3k9v1m7t2c8")]
    pub request_id: &'a str,
    /// What is wrong with single fields.
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    pub errors: &'a [FieldError],
}

impl ApiError {
    #[must_use]
    pub fn new(kind: ErrorKind, code: &'static str, detail: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::with_status(status, code, detail)
    }

    pub(crate) fn with_status(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Arc::new(Fault {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            standing: None,
        }))
    }

    pub(crate) fn too_many(standing: Standing) -> Self {
        let detail = format!("Too many requests; try again in {} s.", standing.retry);
        let mut error = Self::new(ErrorKind::TooMany, "rate.limited", detail);
        if let Some(fault) = Arc::get_mut(&mut error.0) {
            fault.standing = Some(standing);
        }
        error
    }

    /// A fault of the platform's own. The cause goes to the log.
    pub(crate) fn internal(cause: &str) -> Self {
        tracing::error!(cause, "a request failed");
        Self::new(ErrorKind::Internal, "internal", INTERNAL)
    }

    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    pub(crate) fn standing(&self) -> Option<Standing> {
        self.0.standing
    }

    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// As the client gets it.
    #[must_use]
    pub fn problem<'a>(&'a self, request_id: &'a str) -> Problem<'a> {
        Problem {
            kind: "about:blank",
            title: self.0.status.canonical_reason().unwrap_or("Error"),
            status: self.0.status.as_u16(),
            code: self.0.code,
            detail: &self.0.detail,
            request_id,
            errors: &self.0.errors,
        }
    }
}

const INTERNAL: &str = "Something went wrong on our side.";
const UNAVAILABLE: &str = "This cannot be served right now; try again shortly.";
const DUPLICATE: &str = "Something with this value is there already.";

impl<F: Failure> From<F> for ApiError {
    fn from(failure: F) -> Self {
        let kind = failure.kind();
        let mut error = Self::new(kind, failure.code(), detail(&failure));
        log(&failure);
        if let Some(fault) = Arc::get_mut(&mut error.0) {
            fault.errors = failure.fields().to_vec();
        }
        error
    }
}

/// What a client may read. A store's own words name tables and values, so they stay inside.
fn detail(failure: &impl Failure) -> String {
    let is_ours = !failure.code().starts_with("db.");
    match failure.kind() {
        ErrorKind::Internal => INTERNAL.to_owned(),
        ErrorKind::Unavailable if !is_ours => UNAVAILABLE.to_owned(),
        _ if !is_ours => DUPLICATE.to_owned(),
        _ => failure.to_string(),
    }
}

fn log(failure: &impl Failure) {
    match failure.kind() {
        ErrorKind::Internal => {
            tracing::error!(code = failure.code(), cause = causes(failure), "a request failed");
        }
        ErrorKind::Unavailable => {
            tracing::warn!(
                code = failure.code(),
                cause = causes(failure),
                "a request could not be served"
            );
        }
        _ => {}
    }
}

fn causes(failure: &dyn StdError) -> String {
    let mut text = failure.to_string();
    let mut cause = failure.source();
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}

impl IntoResponse for ApiError {
    /// The body is written by the gateway, which knows the request's id.
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
