//! `Upload`: a form with files (`multipart/form-data`, RFC 7578), read as it arrives and never held whole.

use std::{
    error::Error,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
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
const BESIDE_FILES: usize = 64 * 1024;

/// 415 `request.media_type` unless it is called a form with files; refused like JSON when it comes from elsewhere.
#[derive(Debug)]
pub struct Upload {
    body: Body,
    boundary: String,
}

/// The fields of an upload, in the order they were sent.
#[derive(Debug)]
pub struct UploadFields {
    form: Multipart<'static>,
    in_field: InField,
}

/// One field, of which pieces are asked for.
#[derive(Debug)]
pub struct UploadField {
    field: Field<'static>,
    in_field: InField,
}

/// Whether what is read belongs to a field: what does not is kept, and searched anew with each piece, until its end is found.
type InField = Arc<AtomicBool>;

impl Upload {
    /// Its fields, when the whole is no larger than a file of `limit` bytes: otherwise 413, at once or when it shows.
    pub fn fields(self, limit: u64) -> Result<UploadFields, ApiError> {
        let whole = limit.saturating_add(u64::try_from(BESIDE_FILES).unwrap_or(u64::MAX));
        if self.body.size_hint().lower() > whole {
            return Err(too_large());
        }
        let constraints = Constraints::new().size_limit(SizeLimit::new().whole_stream(whole));
        let in_field = InField::default();
        let stream = Piecewise {
            body: self.body.into_data_stream(),
            rest: Bytes::new(),
            in_field: Arc::clone(&in_field),
            beside: BESIDE_FILES,
            has_given: false,
        };
        let form = Multipart::with_constraints(stream, self.boundary, constraints);
        Ok(UploadFields { form, in_field })
    }
}

impl UploadFields {
    /// The next field; the one before it is read past.
    pub async fn next(&mut self) -> Result<Option<UploadField>, ApiError> {
        self.in_field.store(false, Ordering::Relaxed);
        let next = self.form.next_field().await.map_err(refusal)?;
        Ok(next.map(|field| UploadField {
            field,
            in_field: Arc::clone(&self.in_field),
        }))
    }
}

impl UploadField {
    #[must_use]
    pub fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    /// What the client calls the file.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.field.file_name()
    }

    /// The next piece; none at the end.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, ApiError> {
        self.in_field.store(true, Ordering::Relaxed);
        self.field.chunk().await.map_err(refusal)
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
/// on: from a client that is faster than the store it would take the whole file. Outside of fields it gives no more than
/// there may be.
struct Piecewise {
    body: BodyDataStream,
    /// Of a piece that was given in part.
    rest: Bytes,
    in_field: InField,
    /// What may still be given outside of fields.
    beside: usize,
    has_given: bool,
}

/// No field begins within what there may be before one.
#[derive(Debug, thiserror::Error)]
#[error("More than 64 KiB stand before a field, between two fields or in a field that is passed over.")]
struct NoField;

impl Stream for Piecewise {
    type Item = Result<Bytes, Box<dyn Error + Send + Sync>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.has_given) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_next(cx)) {
                Some(Ok(piece)) => self.rest = piece,
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                None => return Poll::Ready(None),
            }
        }
        self.has_given = true;
        Poll::Ready(Some(self.give()))
    }
}

impl Piecewise {
    fn give(&mut self) -> Result<Bytes, Box<dyn Error + Send + Sync>> {
        if self.in_field.load(Ordering::Relaxed) {
            return Ok(std::mem::take(&mut self.rest));
        }
        if self.beside == 0 {
            return Err(NoField.into());
        }
        let given = self.rest.split_to(self.rest.len().min(self.beside));
        self.beside -= given.len();
        Ok(given)
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
        multer::Error::StreamReadFailed(error) if error.is::<NoField>() => malformed(error.to_string()),
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use futures_util::stream;

    use super::*;

    /// An upload of these pieces, and how many of them were asked for.
    fn upload(pieces: Vec<String>) -> Result<(UploadFields, Arc<AtomicUsize>), ApiError> {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let pieces = pieces.into_iter().map(move |piece| {
            count.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(Bytes::from(piece))
        });
        let upload = Upload {
            body: Body::from_stream(stream::iter(pieces)),
            boundary: "b".to_owned(),
        };
        Ok((upload.fields(16 * 1024 * 1024)?, asked))
    }

    fn header(name: &str) -> String {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.csv\"\r\n\r\n")
    }

    #[track_caller]
    fn check_refused(error: Option<ApiError>, asked: &AtomicUsize) {
        assert_eq!(error.map(|error| error.code()), Some("request.multipart"));
        let asked = asked.load(Ordering::Relaxed);
        assert!(asked <= 70, "{asked} pieces of 1 KiB were read");
    }

    /// ATK-P14: a body in which no field begins is given up long before its end, and so is a header that does not end.
    #[tokio::test]
    async fn what_is_no_field_is_not_searched_to_its_end() -> Result<(), ApiError> {
        let (mut fields, asked) = upload(vec!["x".repeat(1024); 1000])?;
        check_refused(fields.next().await.err(), &asked);
        let mut pieces = vec![header("kind") + "products\r\n--b\r\nContent-Disposition: "];
        pieces.extend(vec!["x".repeat(1024); 1000]);
        let (mut fields, asked) = upload(pieces)?;
        let kind = fields.next().await?.ok_or_else(|| malformed("no field"))?;
        assert_eq!(kind.text().await?, "products");
        check_refused(fields.next().await.err(), &asked);
        Ok(())
    }

    #[tokio::test]
    async fn a_file_is_read_to_its_end() -> Result<(), ApiError> {
        // The first piece holds more than may stand beside a file.
        let mut pieces = vec![header("file") + &"x".repeat(100_000)];
        pieces.extend(vec!["x".repeat(1024); 1000]);
        pieces.push("\r\n--b--\r\n".to_owned());
        let (mut fields, _) = upload(pieces)?;
        let mut file = fields.next().await?.ok_or_else(|| malformed("no field"))?;
        let mut size = 0;
        while let Some(piece) = file.piece().await? {
            size += piece.len();
        }
        drop(file);
        assert_eq!(size, 100_000 + 1000 * 1024);
        assert!(fields.next().await?.is_none());
        Ok(())
    }
}
