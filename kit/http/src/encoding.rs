//! Answers in fewer bytes, for clients that say they can read them.

use std::io::Write as _;

use axum::{body::Body, response::Response};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt;
use hyper::body::Body as _;

/// Smaller ones fit into one packet anyway.
const LEAST: u64 = 1024;
/// Larger ones would hold up others while they are compressed.
const MOST: u64 = 1024 * 1024;
/// What costs little beside making the answer.
const BROTLI_QUALITY: u32 = 4;
const BROTLI_WINDOW: u32 = 20;
const BUFFER: usize = 4096;

/// A content coding (RFC 9110, 8.4.1; Brotli is RFC 7932).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Gzip,
    Brotli,
}

impl Encoding {
    pub(crate) fn name(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Gzip => "gzip",
            Self::Brotli => "br",
        })
    }

    /// What a client likes best of what there is; none without its word (RFC 9110, 12.5.3).
    pub(crate) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let accepted = headers.get(header::ACCEPT_ENCODING)?.to_str().ok()?;
        let weight = |name: &str| {
            let mut entries = accepted.split(',').map(weighted);
            let named = entries
                .clone()
                .find(|(entry, _)| entry.eq_ignore_ascii_case(name));
            named
                .or_else(|| entries.find(|(entry, _)| *entry == "*"))
                .map_or(0.0, |(_, weight)| weight)
        };
        let (gzip, brotli) = (weight("gzip"), weight("br"));
        match (gzip > 0.0, brotli > 0.0) {
            (false, false) => None,
            (true, _) if gzip > brotli => Some(Self::Gzip),
            _ => Some(Self::Brotli),
        }
    }

    /// The same in fewer bytes; none when it would not be.
    pub(crate) fn encode(self, bytes: &[u8]) -> Option<Bytes> {
        let mut encoded = Vec::with_capacity(bytes.len() / 3);
        let done = match self {
            Self::Gzip => {
                let mut encoder = GzEncoder::new(&mut encoded, Compression::new(5));
                encoder.write_all(bytes).and_then(|()| encoder.finish().map(drop))
            }
            Self::Brotli => {
                let mut encoder =
                    brotli::CompressorWriter::new(&mut encoded, BUFFER, BROTLI_QUALITY, BROTLI_WINDOW);
                encoder.write_all(bytes).and_then(|()| encoder.flush())
            }
        };
        (done.is_ok() && encoded.len() < bytes.len()).then(|| encoded.into())
    }
}

/// An entry of `Accept-Encoding` and its weight.
fn weighted(entry: &str) -> (&str, f32) {
    let (name, parameters) = entry.split_once(';').unwrap_or((entry, ""));
    let weight = parameters
        .trim()
        .strip_prefix("q=")
        .map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
    (name.trim(), weight)
}

/// Whether a body of this type and size is worth it.
pub(crate) fn is_worth_it(media_type: Option<&HeaderValue>, size: u64) -> bool {
    let media_type = media_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let is_text = match essence {
        "text/event-stream" => false,
        "application/json"
        | "application/problem+json"
        | "application/javascript"
        | "application/xml"
        | "image/svg+xml" => true,
        _ => essence.starts_with("text/"),
    };
    is_text && (LEAST..=MOST).contains(&size)
}

/// The answer in the coding that the client reads, when it is at hand as a whole and not in one already.
pub(crate) async fn encoded(response: Response, accepted: Option<Encoding>) -> Response {
    let size = response.body().size_hint().exact();
    let headers = response.headers();
    let is_worth_it = size.is_some_and(|size| is_worth_it(headers.get(header::CONTENT_TYPE), size))
        && !headers.contains_key(header::CONTENT_ENCODING)
        && !headers.contains_key(header::ETAG);
    if !is_worth_it {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    parts
        .headers
        .append(header::VARY, HeaderValue::from_static("accept-encoding"));
    let Some(encoding) = accepted else {
        return Response::from_parts(parts, body);
    };
    let Ok(bytes) = body.collect().await else {
        return Response::from_parts(parts, Body::empty());
    };
    let bytes = bytes.to_bytes();
    let Some(encoded) = encoding.encode(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    parts.headers.insert(header::CONTENT_ENCODING, encoding.name());
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(encoded))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[track_caller]
    fn check(accepted: &'static str, expected: Option<Encoding>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
        assert_eq!(Encoding::accepted(&headers), expected, "{accepted}");
    }

    #[test]
    fn clients_say_what_they_read() {
        assert_eq!(Encoding::accepted(&HeaderMap::new()), None);
        check("", None);
        check("identity", None);
        check("gzip", Some(Encoding::Gzip));
        check("gzip, deflate, br, zstd", Some(Encoding::Brotli));
        check("GZIP;q=1.0, br;q=0.5", Some(Encoding::Gzip));
        check("gzip;q=0, br;q=0", None);
        check("br;q=0, *", Some(Encoding::Gzip));
        check("*", Some(Encoding::Brotli));
        check("gzip;q=x", None);
    }

    #[test]
    fn what_is_encoded_can_be_read() {
        let text = "one roof, many merchants; ".repeat(100);
        let encoded = Encoding::Gzip.encode(text.as_bytes()).unwrap_or_default();
        let mut read = String::new();
        assert!(
            flate2::read::GzDecoder::new(&encoded[..])
                .read_to_string(&mut read)
                .is_ok()
        );
        assert_eq!(read, text);
        let encoded = Encoding::Brotli.encode(text.as_bytes()).unwrap_or_default();
        let mut read = String::new();
        assert!(
            brotli::Decompressor::new(&encoded[..], BUFFER)
                .read_to_string(&mut read)
                .is_ok()
        );
        assert_eq!(read, text);
        assert_eq!(Encoding::Gzip.encode(b"x"), None);
    }

    #[test]
    fn only_text_of_some_length_is_worth_it() {
        let worth =
            |media_type: &'static str, size| is_worth_it(Some(&HeaderValue::from_static(media_type)), size);
        assert!(worth("text/html; charset=utf-8", 2000));
        assert!(worth("application/json", 2000));
        assert!(!worth("application/json", 500));
        assert!(!worth("text/event-stream", 2000));
        assert!(!worth("image/webp", 2000));
        assert!(!worth("text/csv", 2_000_000));
        assert!(!is_worth_it(None, 2000));
    }
}
