//! `Idempotency-Key`: a request that is sent again has one effect and one answer
//! (<https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>).

use axum::{
    body::Body,
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use stoa_core::ErrorKind;
use stoa_db::{Answered, Claimed, Cx};
use stoa_vault::{Place, TenantKey};
use utoipa::IntoParams;

use crate::{
    ApiError, HttpState,
    extract::{json_body, parse_json},
    gateway::tenant_of,
};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const MAX_KEY: usize = 255;

/// A JSON body of a request that may be sent again:
///
/// ```text
/// let Once { body, key } = request;
/// let mut cx = scope.begin().await?;
/// if let Some(answer) = key.answered(&mut cx).await? {
///     return Ok(answer);
/// }
/// let product = service::create_product(&mut cx, draft).await?;
/// key.commit(cx, Created(ProductView::from(product))).await
/// ```
#[derive(Debug)]
pub struct Once<T> {
    pub body: T,
    pub key: OnceKey,
}

/// What tells whether a request came before. Without the header none did.
#[derive(Debug)]
pub struct OnceKey(Option<Sent>);

/// For `params(…)` of a route that takes a key.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the header; the extractor reads it")]
pub struct IdempotencyKey {
    /// Any text that no other request has, such as a UUID; kept for 24 hours. The same request again gets the first
    /// answer again, another one 422 `request.idempotency_reused`.
    #[param(rename = "Idempotency-Key", example = "8e03978e-40d5-43e8-bc93-6894a57f9324")]
    idempotency_key: Option<String>,
}

#[derive(Debug)]
struct Sent {
    key: String,
    route: String,
    body: Bytes,
    /// Seals the answer, which may hold what is kept nowhere else, such as an order's token.
    seal: TenantKey,
}

impl OnceKey {
    /// The answer of the first request with this key; none when this is the first. A failure of it is none: it had no
    /// effect, and is tried again.
    pub async fn answered(&self, cx: &mut Cx) -> Result<Option<Response>, ApiError> {
        let Some(sent) = &self.0 else {
            return Ok(None);
        };
        match cx.claim_key(sent.key(cx), sent.request()).await? {
            Claimed::Now => Ok(None),
            Claimed::Before(before) if before.request == sent.request() => sent.again(cx, &before).map(Some),
            Claimed::Before(_) => Err(ApiError::new(
                ErrorKind::Invalid,
                "request.idempotency_reused",
                "This Idempotency-Key came with another request before; make a new one for each.",
            )),
        }
    }

    /// Commits the effect together with its answer.
    pub async fn commit(self, mut cx: Cx, answer: impl IntoResponse) -> Result<Response, ApiError> {
        let (parts, body) = answer.into_response().into_parts();
        let body = body
            .collect()
            .await
            .map_err(|error| ApiError::internal(&error.to_string()))?
            .to_bytes();
        if let Some(sent) = self.0.filter(|_| parts.status.is_success()) {
            let key = sent.key(&cx);
            let sealed = sent.seal.seal(place(&key), &body);
            cx.keep_answer(key, parts.status.as_u16().into(), sealed).await?;
        }
        cx.commit().await?;
        Ok(Response::from_parts(parts, Body::from(body)))
    }
}

fn place(key: &[u8]) -> Place<'_> {
    Place {
        table: "idempotency_keys",
        row: key,
        version: 1,
    }
}

impl Sent {
    /// The answer as it was; it is always JSON.
    fn again(&self, cx: &Cx, before: &Answered) -> Result<Response, ApiError> {
        let body = self
            .seal
            .open(place(&self.key(cx)), &before.answer)
            .map_err(|error| ApiError::internal(&error.to_string()))?;
        let status = u16::try_from(before.status)
            .ok()
            .and_then(|status| StatusCode::from_u16(status).ok())
            .unwrap_or(StatusCode::OK);
        let media_type = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        Ok((status, media_type, body).into_response())
    }

    /// Keys are each caller's own, and each route's.
    fn key(&self, cx: &Cx) -> [u8; 32] {
        hash(&[&cx.actor().to_string(), &self.route, &self.key].map(|part| part.as_bytes()))
    }

    fn request(&self) -> [u8; 32] {
        hash(&[&self.body])
    }
}

/// Of parts and their bounds.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

impl<T: DeserializeOwned> FromRequest<HttpState> for Once<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &HttpState) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let key = read(&parts.headers)?;
        let bytes = json_body(&parts, body, state).await?;
        let sent = match (key, tenant_of(&parts.extensions)) {
            (Some(key), Some(tenant)) => Some(Sent {
                key,
                route: format!("{} {}", parts.method, parts.uri.path()),
                body: bytes.clone(),
                seal: state.db().tenant_key(tenant).await?,
            }),
            _ => None,
        };
        Ok(Self {
            body: parse_json(&bytes)?,
            key: OnceKey(sent),
        })
    }
}

/// A string of structured fields (RFC 9651), `"8e03978e"`, or the same without quotes, as most send it.
fn read(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let mut values = headers.get_all(HEADER).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    let text = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text);
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    if values.next().is_some() || !is_plain || !(1..=MAX_KEY).contains(&text.len()) {
        return Err(ApiError::new(
            ErrorKind::BadRequest,
            "request.idempotency_key",
            "Idempotency-Key is one text of 1 to 255 letters, digits and signs.",
        ));
    }
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[&'static str], expected: Option<Option<&str>>) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HEADER, HeaderValue::from_static(value));
        }
        let key = read(&headers).ok();
        assert_eq!(key, expected.map(|key| key.map(str::to_owned)), "{values:?}");
    }

    #[test]
    fn a_key_is_one_plain_text() {
        check(&[], Some(None));
        check(&["8e03978e"], Some(Some("8e03978e")));
        check(&["\"8e03978e\""], Some(Some("8e03978e")));
        check(&[""], None);
        check(&["\"\""], None);
        check(&["\"8e"], None);
        check(&["8e 03"], None);
        check(&["8e", "8e"], None);
    }

    #[test]
    fn parts_are_hashed_with_their_bounds() {
        assert_ne!(hash(&[b"a", b"bc"]), hash(&[b"ab", b"c"]));
        assert_ne!(hash(&[b"ab"]), hash(&[b"ab", b""]));
    }
}
