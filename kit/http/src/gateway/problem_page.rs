//! A failure as a plain page, for browsers where no website can show its own.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderValue;
use sha2::{Digest, Sha256};

use super::RequestId;
use crate::{ApiError, escape};

/// Stands in the page itself: there may be no host to load it from.
const STYLE: &str = include_str!("problem_page.css");

/// Lets the page have its one style sheet, and nothing else.
pub(crate) static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

pub(crate) fn render(error: &ApiError, id: RequestId) -> String {
    let title = error.status().canonical_reason().unwrap_or("Error");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<p class=\"status\">{status}</p>\n<h1>{title}</h1>\n<p>{detail}</p>\n\
         <p class=\"id\">Request {id}</p>\n</main>\n</body>\n</html>\n",
        detail = escape(error.detail()),
        status = error.status().as_u16(),
    )
}
