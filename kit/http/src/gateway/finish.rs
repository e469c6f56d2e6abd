//! What every answer gets before it leaves: the request's id, security headers, problem details.

use axum::{body::Body, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use hyper::body::Body as _;

use super::{RequestId, problem_page, resolve::is_api};
use crate::{
    ApiError,
    encoding::{Encoding, encoded},
    limits::Standing,
    wants_json,
};

pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATE_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RATE_RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

const CONTENT_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; img-src 'self' https: data:; object-src 'none'; base-uri 'self'; form-action 'self'; \
     frame-ancestors 'none'",
);
const API_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// On every page (RFC 9110 has no registry of these: see <https://owasp.org/www-project-secure-headers/>).
pub(crate) const PAGE_HEADERS: [(HeaderName, HeaderValue); 3] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("strict-origin-when-cross-origin"),
    ),
    (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
];

/// What of a request decides how its answer is finished.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) accepts: Option<Encoding>,
    is_api: bool,
    wants_json: bool,
}

impl Asked {
    pub(crate) fn of<B>(request: &http::Request<B>) -> Self {
        let is_api = is_api(request.uri().path());
        Self {
            method: request.method().clone(),
            accepts: Encoding::accepted(request.headers()),
            is_api,
            wants_json: is_api || wants_json(request.headers()),
        }
    }
}

/// `standing` is that of the caller's own budget.
pub(crate) async fn finish(
    mut response: Response,
    asked: &Asked,
    id: RequestId,
    mut standing: Option<Standing>,
) -> Response {
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        write_problem(&mut response, &error, asked, id);
        standing = error.standing().or(standing);
    }
    if let Some(standing) = standing.filter(|_| asked.is_api) {
        write_standing(response.headers_mut(), standing);
    }
    let headers = response.headers_mut();
    headers.insert(X_REQUEST_ID, id.header());
    for (name, value) in PAGE_HEADERS {
        let value = if asked.is_api && name == header::CONTENT_SECURITY_POLICY {
            API_POLICY
        } else {
            value
        };
        headers.entry(name).or_insert(value);
    }
    // What one visitor's answer sets is nobody else's, whatever the handler says.
    if headers.contains_key(header::SET_COOKIE) || !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if asked.method == Method::HEAD {
        drop_body(&mut response);
        return response;
    }
    encoded(response, asked.accepts).await
}

fn write_problem(response: &mut Response, error: &ApiError, asked: &Asked, id: RequestId) {
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    if error.status() == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if let Some(standing) = error.standing() {
        headers.insert(header::RETRY_AFTER, standing.retry.into());
    }
    let (media_type, body) = if asked.wants_json {
        let json = serde_json::to_vec(&error.problem(id.as_str())).unwrap_or_default();
        ("application/problem+json", json)
    } else {
        headers.insert(header::CONTENT_SECURITY_POLICY, problem_page::POLICY.clone());
        (
            "text/html; charset=utf-8",
            problem_page::render(error, id).into_bytes(),
        )
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    *response.body_mut() = Body::from(body);
}

/// The three fields of draft-ietf-httpapi-ratelimit-headers-06, which clients read today; from -08 on the draft has one
/// structured field in their place (<https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/>).
fn write_standing(headers: &mut HeaderMap, standing: Standing) {
    headers.insert(RATE_LIMIT, standing.limit.into());
    headers.insert(RATE_REMAINING, standing.remaining.into());
    headers.insert(RATE_RESET, standing.reset.into());
}

fn drop_body(response: &mut Response) {
    if let Some(length) = response.body().size_hint().exact()
        && length > 0
    {
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, length.into());
    }
    *response.body_mut() = Body::empty();
}
