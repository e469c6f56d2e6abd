//! `Json<T>`: a JSON body, in and out.

use axum::{
    body::Body,
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header, request::Parts};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::error::Category;
use stoa_core::{ErrorKind, FieldErrors};

use super::{body, origin};
use crate::{ApiError, HttpState};

/// As a body: 415 unless it is called JSON, 400 `request.json` when it is none, 422 naming the field that does not fit.
/// An unsafe request that a browser says comes from elsewhere is refused. As an answer: JSON.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<HttpState> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &HttpState) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        parse(&json_body(&parts, body, state).await?).map(Self)
    }
}

/// The bytes of a body that is called JSON and may be looked at.
pub(crate) async fn json_body(parts: &Parts, body: Body, state: &HttpState) -> Result<Bytes, ApiError> {
    origin::check(parts, state.config())?;
    if !is_json(&parts.headers) {
        return Err(ApiError::new(
            ErrorKind::UnsupportedMedia,
            "request.media_type",
            "Send JSON, with Content-Type: application/json.",
        ));
    }
    body::read(body).await
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = media_type
        .and_then(|value| value.split(';').next())
        .unwrap_or("")
        .trim();
    essence.eq_ignore_ascii_case("application/json")
}

pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let field = error.path().to_string();
        refusal(&field, &error.into_inner())
    })?;
    deserializer.end().map_err(|error| refusal("", &error))?;
    Ok(value)
}

fn refusal(field: &str, error: &serde_json::Error) -> ApiError {
    if error.classify() != Category::Data {
        let detail = format!(
            "The body is not JSON (line {}, column {}).",
            error.line(),
            error.column()
        );
        return ApiError::new(ErrorKind::BadRequest, "request.json", detail);
    }
    // Serde ends its sentences with a place in the text, which is of no use once the field is named.
    let text = error.to_string();
    let detail = text.split(" at line ").next().unwrap_or(&text);
    let code = match detail {
        _ if detail.starts_with("unknown field") => "field.unknown",
        _ if detail.starts_with("missing field") => "field.missing",
        _ => "field.invalid",
    };
    let mut errors = FieldErrors::new();
    errors.add(field_name(field, detail), code, detail);
    errors.into()
}

/// The path of the field that is meant; serde places a missing one at the object that lacks it.
fn field_name(path: &str, detail: &str) -> String {
    let missing = detail
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    match (path, missing) {
        (".", Some(name)) => name.to_owned(),
        (".", None) => String::new(),
        (path, Some(name)) => format!("{path}.{name}"),
        (path, None) => path.to_owned(),
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => {
                const TYPE: HeaderValue = HeaderValue::from_static("application/json");
                ([(header::CONTENT_TYPE, TYPE)], bytes).into_response()
            }
            Err(error) => ApiError::internal(&error.to_string()).into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[expect(dead_code, reason = "only its parsing is looked at")]
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        #[expect(dead_code, reason = "only its parsing is looked at")]
        quantity: u32,
    }

    #[track_caller]
    fn check(body: &str, expected: (u16, &str)) {
        let Err(error) = parse::<Order>(body.as_bytes()) else {
            panic!("{body} parses")
        };
        let field = error.errors().first();
        let said = field.map_or_else(
            || error.detail().to_owned(),
            |field| format!("{} {}: {}", field.field, field.code, field.detail),
        );
        assert_eq!((error.status().as_u16(), said.as_str()), expected, "{body}");
    }

    #[test]
    fn what_does_not_fit_is_named() {
        check("{", (400, "The body is not JSON (line 1, column 1)."));
        check(
            "{\"lines\":[]} x",
            (400, "The body is not JSON (line 1, column 14)."),
        );
        check(
            "{\"lines\":[],\"tenant_id\":1}",
            (
                422,
                "tenant_id field.unknown: unknown field `tenant_id`, expected `lines`",
            ),
        );
        check("{}", (422, "lines field.missing: missing field `lines`"));
        check(
            "{\"lines\":[{}]}",
            (422, "lines[0].quantity field.missing: missing field `quantity`"),
        );
        check(
            "7",
            (
                422,
                " field.invalid: invalid type: integer `7`, expected struct Order",
            ),
        );
        check(
            "{\"lines\":[{\"quantity\":\"2\"}]}",
            (
                422,
                "lines[0].quantity field.invalid: invalid type: string \"2\", expected u32",
            ),
        );
        check(
            "{\"lines\":[{\"quantity\":1,\"price\":1}]}",
            (
                422,
                "lines[0].price field.unknown: unknown field `price`, expected `quantity`",
            ),
        );
    }
}
