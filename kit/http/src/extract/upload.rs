//! `Upload`: a form with files (`multipart/form-data`, RFC 7578), read as it arrives and never held whole.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{
    body::{Body, BodyDataStream},
    extract::{FromRequest, Request},
};
use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderMap, header};
use hyper::body::Body as _;
use multer::{Constraints, Field, Multipart, SizeLimit};
use stoa_core::ErrorKind;

use super::{body, origin};
use crate::{ApiError, HttpState};

/// What the fields beside the files, and the lines between them, may take.
const BESIDE_FILES: u64 = 64 * 1024;

/// 415 `request.media_type` unless it is called a form with files; refused like JSON when it comes from elsewhere.
#[derive(Debug)]
pub struct Upload {
    body: Body,
    boundary: String,
}

/// The fields of an upload, in the order they were sent.
#[derive(Debug)]
pub struct UploadFields(Multipart<'static>);

/// One field, of which pieces are asked for.
#[derive(Debug)]
pub struct UploadField(Field<'static>);

impl Upload {
    /// Its fields, when the whole is no larger than a file of `limit` bytes: otherwise 413, at once or when it shows.
    pub fn fields(self, limit: u64) -> Result<UploadFields, ApiError> {
        let whole = limit.saturating_add(BESIDE_FILES);
        if self.body.size_hint().lower() > whole {
            return Err(too_large());
        }
        let constraints = Constraints::new().size_limit(SizeLimit::new().whole_stream(whole));
        let stream = Piecewise {
            body: self.body.into_data_stream(),
            has_given: false,
        };
        Ok(UploadFields(Multipart::with_constraints(
            stream,
            self.boundary,
            constraints,
        )))
    }
}

impl UploadFields {
    /// The next field; the one before it is read past.
    pub async fn next(&mut self) -> Result<Option<UploadField>, ApiError> {
        let next = self.0.next_field().await.map_err(refusal)?;
        Ok(next.map(UploadField))
    }
}

impl UploadField {
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.name().unwrap_or_default()
    }

    /// What the client calls the file.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.0.file_name()
    }

    /// The next piece; none at the end.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, ApiError> {
        self.0.chunk().await.map_err(refusal)
    }

    /// A field that is no file, up to 1 KiB.
    pub async fn text(mut self) -> Result<String, ApiError> {
        let mut text = Vec::new();
        while let Some(piece) = self.piece().await? {
            text.extend_from_slice(&piece);
            if text.len() > 1024 {
                return Err(malformed("A field beside the file is too long."));
            }
        }
        String::from_utf8(text).map_err(|_| malformed("A field beside the file is not UTF-8."))
    }
}

impl FromRequest<HttpState> for Upload {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &HttpState) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        origin::check(&parts, state.config())?;
        let boundary = content_type(&parts.headers).and_then(|value| multer::parse_boundary(value).ok());
        match boundary {
            Some(boundary) => Ok(Self { body, boundary }),
            None => Err(ApiError::new(
                ErrorKind::UnsupportedMedia,
                "request.media_type",
                "Send a form with a file, with Content-Type: multipart/form-data.",
            )),
        }
    }
}

/// A body that gives one piece and then pauses. What reads the form takes all that it can get before it passes anything
/// on: from a client that is faster than the store it would take the whole file.
struct Piecewise {
    body: BodyDataStream,
    has_given: bool,
}

impl Stream for Piecewise {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.has_given) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let next = ready!(Pin::new(&mut self.body).poll_next(cx));
        self.has_given = true;
        Poll::Ready(next)
    }
}

pub(crate) fn is_multipart(headers: &HeaderMap) -> bool {
    content_type(headers).is_some_and(|value| multer::parse_boundary(value).is_ok())
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE)?.to_str().ok()
}

fn refusal(error: multer::Error) -> ApiError {
    match error {
        multer::Error::StreamSizeExceeded { .. } => too_large(),
        multer::Error::StreamReadFailed(_)
        | multer::Error::IncompleteStream
        | multer::Error::IncompleteFieldData { .. } => body::broken_off(&error),
        error => malformed(error.to_string()),
    }
}

fn malformed(detail: impl Into<String>) -> ApiError {
    ApiError::new(ErrorKind::BadRequest, "request.multipart", detail)
}

fn too_large() -> ApiError {
    ApiError::new(
        ErrorKind::TooLarge,
        "request.too_large",
        "The file is larger than this takes.",
    )
}
