//! `Path<T>` and `Query<T>`: axum's own, with the platform's answers.

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;
use stoa_core::ErrorKind;

use crate::{ApiError, HttpState, gateway::nothing_here};

/// The parameters of the path. One that does not parse names nothing: 404 `request.not_found`.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

/// The parameters of the query; 400 `request.query` when they do not fit.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<HttpState> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, ApiError> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(path) => Ok(Self(path.0)),
            Err(rejection) if rejection.status().is_server_error() => {
                Err(ApiError::internal(&rejection.body_text()))
            }
            Err(_) => Err(nothing_here()),
        }
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<HttpState> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &HttpState) -> Result<Self, ApiError> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|query| Self(query.0))
            .map_err(|rejection| ApiError::new(ErrorKind::BadRequest, "request.query", rejection.body_text()))
    }
}
