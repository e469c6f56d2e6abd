//! One answer, read to its end, with the questions that tests ask of it.

use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::SET_COOKIE};
use http_body_util::BodyExt;
use serde_json::Value;

use super::events::is_events;

/// An answer with its whole body.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// What was asked, for the messages of tests that fail.
    request: String,
}

impl Reply {
    pub(super) async fn read(request: String, response: Response) -> Self {
        let (head, body) = response.into_parts();
        // Events have no end: whoever wants them follows them.
        let body = if is_events(&head.headers) {
            Body::empty()
        } else {
            body
        };
        let body = match body.collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => panic!("{request}: the answer broke off: {error}"),
        };
        Self {
            status: head.status,
            headers: head.headers,
            body,
            request,
        }
    }

    /// This answer, when it has the status that the test counts on.
    ///
    /// # Panics
    /// When the status is another; the message shows request and body.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}: {}",
            self.request,
            String::from_utf8_lossy(&self.body)
        );
        self
    }

    /// # Panics
    /// When the body is no JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!(
                "{}: {} with no JSON ({error}): {}",
                self.request,
                self.status,
                String::from_utf8_lossy(&self.body)
            ),
        }
    }

    /// # Panics
    /// When the body is no UTF-8.
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> &str {
        match std::str::from_utf8(&self.body) {
            Ok(text) => text,
            Err(error) => panic!("{}: the answer is no text: {error}", self.request),
        }
    }

    /// A header's first value, when it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The value that this answer gives a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.set_cookies()
            .filter_map(|line| line.split(';').next()?.split_once('='))
            .find_map(|(set, value)| (set.trim() == name).then(|| value.trim()))
    }

    /// The `Set-Cookie` lines as they came.
    pub fn set_cookies(&self) -> impl Iterator<Item = &str> {
        self.headers
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
    }
}
