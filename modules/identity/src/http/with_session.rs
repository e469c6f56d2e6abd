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
    cookies: [Option<HeaderValue>; 2],
    answer: T,
}

impl<T> WithSession<T> {
    /// The browser is signed in by this token from now on.
    #[must_use]
    pub fn started(token: &Token, answer: T) -> Self {
        let seconds = u32::try_from(LIFETIME.as_secs()).unwrap_or(u32::MAX);
        Self {
            cookies: [cookies::set(cookies::SESSION, token.as_str(), seconds), None],
            answer,
        }
    }

    /// One cookie more.
    pub(crate) fn and(mut self, cookie: Option<HeaderValue>) -> Self {
        self.cookies[1] = cookie;
        self
    }

    pub(crate) fn ended(answer: T) -> Self {
        Self {
            cookies: [cookies::clear(cookies::SESSION), None],
            answer,
        }
    }
}

impl<T: IntoResponse> IntoResponse for WithSession<T> {
    fn into_response(self) -> Response {
        let mut response = self.answer.into_response();
        for cookie in self.cookies.into_iter().flatten() {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}
