//! `Form<T>`: what a form of a public page sends.

use axum::{
    body::Body,
    extract::{FromRequest, Request},
};
use http::{HeaderValue, header};
use serde::de::DeserializeOwned;
use stoa_core::ErrorKind;

use super::{body, origin};
use crate::{ApiError, HttpState};

/// 403 `request.cross_origin` unless the browser says that the form stood on this very host; 415 and 422 as for JSON.
#[derive(Debug, Clone, Copy)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest<HttpState> for Form<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &HttpState) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        origin::require(&parts, state.config())?;
        if !parts.headers.get(header::CONTENT_TYPE).is_some_and(is_form) {
            return Err(ApiError::new(
                ErrorKind::UnsupportedMedia,
                "request.media_type",
                "Send a form, with Content-Type: application/x-www-form-urlencoded.",
            ));
        }
        let bytes = body::read(body).await?;
        let request = Request::from_parts(parts, Body::from(bytes));
        let form = axum::Form::<T>::from_request(request, state).await;
        form.map(|form| Self(form.0))
            .map_err(|rejection| ApiError::new(ErrorKind::Invalid, "request.form", rejection.body_text()))
    }
}

fn is_form(media_type: &HeaderValue) -> bool {
    let essence = media_type
        .to_str()
        .ok()
        .and_then(|value| value.split(';').next())
        .unwrap_or("");
    essence
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
