//! Bodies: JSON for the API, forms for pages; both say what is wrong instead of failing somehow.

use axum::{
    body::Bytes,
    extract::{FromRef, FromRequest, OptionalFromRequest, Request, rejection::BytesRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::error::Category;
use stoa_core::ErrorKind;

use crate::{ApiError, HttpState, Resolved, origin};

/// A JSON body. DTOs deny unknown fields, so that a misspelt one is told instead of lost.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

/// The fields of a form sent from one of our own pages; a form on somebody else's page is refused.
#[derive(Debug, Clone, Copy)]
pub struct Form<T>(pub T);

impl<S, T> FromRequest<S> for Json<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_media(request.headers(), "application/json") {
            let detail = "send the body as application/json";
            return Err(ApiError::new(
                ErrorKind::UnsupportedMedia,
                "request.media_type",
                detail,
            ));
        }
        let body = Bytes::from_request(request, state).await.map_err(unreadable)?;
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|error| match error.classify() {
                Category::Data => ApiError::new(ErrorKind::Invalid, "request.invalid", error.to_string()),
                _ => ApiError::new(
                    ErrorKind::BadRequest,
                    "request.malformed",
                    format!("the body is no JSON: {error}"),
                ),
            })
    }
}

impl<S, T> OptionalFromRequest<S> for Json<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, ApiError> {
        if !request.headers().contains_key(CONTENT_TYPE) {
            return Ok(None);
        }
        <Self as FromRequest<S>>::from_request(request, state)
            .await
            .map(Some)
    }
}

impl<S, T> FromRequest<S> for Form<T>
where
    S: Send + Sync,
    HttpState: FromRef<S>,
    T: DeserializeOwned,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let resolved = Resolved::of(&parts)?;
        origin::require_same(
            &parts.headers,
            &resolved.host,
            HttpState::from_ref(state).config(),
        )?;
        if !is_media(&parts.headers, "application/x-www-form-urlencoded") {
            let detail = "send the form as application/x-www-form-urlencoded";
            return Err(ApiError::new(
                ErrorKind::UnsupportedMedia,
                "request.media_type",
                detail,
            ));
        }
        let body = Bytes::from_request(Request::from_parts(parts, body), state)
            .await
            .map_err(unreadable)?;
        serde_urlencoded::from_bytes(&body)
            .map(Self)
            .map_err(|error| ApiError::new(ErrorKind::Invalid, "request.invalid", error.to_string()))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

fn is_media(headers: &HeaderMap, expected: &str) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|media| media.trim().eq_ignore_ascii_case(expected))
}

fn unreadable(rejection: BytesRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::too_large();
    }
    ApiError::new(
        ErrorKind::BadRequest,
        "request.unreadable",
        "the body could not be read",
    )
}
