//! Answers that hand the session's cookie to the browser, or take it away.

use axum::{
    http::{HeaderValue, header::SET_COOKIE},
    response::{IntoResponse, Response},
};
use stoa_core::Token;
use stoa_http::cookies;

use crate::domain::session::LIFETIME;

/// An answer with a `Set-Cookie`.
#[derive(Debug)]
pub struct WithSession<T> {
    cookie: Option<HeaderValue>,
    answer: T,
}

impl<T> WithSession<T> {
    /// The browser is signed in by this token from now on.
    #[must_use]
    pub fn started(token: &Token, answer: T) -> Self {
        let seconds = u32::try_from(LIFETIME.as_secs()).unwrap_or(u32::MAX);
        Self {
            cookie: cookies::set(cookies::SESSION, token.as_str(), seconds),
            answer,
        }
    }

    pub(crate) fn ended(answer: T) -> Self {
        Self {
            cookie: cookies::clear(cookies::SESSION),
            answer,
        }
    }
}

impl<T: IntoResponse> IntoResponse for WithSession<T> {
    fn into_response(self) -> Response {
        let mut response = self.answer.into_response();
        if let Some(cookie) = self.cookie {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}
