//! Refuses what another site makes a browser send (cross-site request forgery).

use http::{HeaderMap, HeaderValue, header, request::Parts};
use stoa_core::ErrorKind;

use crate::{ApiError, HttpConfig};

/// For what carries a credential that browsers send by themselves: an unsafe request must not come from another origin.
/// Without `Sec-Fetch-Site` and `Origin` it comes from no browser that could be misled; this is the algorithm of
/// Go's `http.CrossOriginProtection` (<https://words.filippo.io/csrf/>).
pub(crate) fn check(parts: &Parts, config: &HttpConfig) -> Result<(), ApiError> {
    if parts.method.is_safe() {
        return Ok(());
    }
    verdict(&parts.headers, config)
        .unwrap_or(true)
        .then_some(())
        .ok_or_else(refusal)
}

/// For forms of public pages: the browser must say that the form stood on this very host.
pub(crate) fn require(parts: &Parts, config: &HttpConfig) -> Result<(), ApiError> {
    verdict(&parts.headers, config)
        .unwrap_or(false)
        .then_some(())
        .ok_or_else(refusal)
}

/// Whether the request comes from this very origin, when its headers say so or otherwise.
fn verdict(headers: &HeaderMap, config: &HttpConfig) -> Option<bool> {
    if let Some(site) = headers.get("sec-fetch-site") {
        return Some(site == "same-origin" || site == "none");
    }
    let origin = headers.get(header::ORIGIN)?;
    Some(
        headers
            .get(header::HOST)
            .is_some_and(|host| is_origin_of(origin, host, config)),
    )
}

fn is_origin_of(origin: &HeaderValue, host: &HeaderValue, config: &HttpConfig) -> bool {
    let (Ok(origin), Ok(host)) = (origin.to_str(), host.to_str()) else {
        return false;
    };
    origin
        .strip_prefix(config.scheme())
        .and_then(|rest| rest.strip_prefix("://"))
        .is_some_and(|authority| authority.eq_ignore_ascii_case(host))
}

fn refusal() -> ApiError {
    ApiError::new(
        ErrorKind::Forbidden,
        "request.cross_origin",
        "The request was sent from a page of another site.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &[(&'static str, &'static str)], expected: Option<bool>) {
        let config = HttpConfig::new("stoa.example:8080", false);
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("silk.stoa.example:8080"));
        for (name, value) in given {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        assert_eq!(verdict(&headers, &config), expected, "{given:?}");
    }

    /// ATK-I12
    #[test]
    fn only_the_same_origin_passes() {
        check(&[], None);
        check(&[("origin", "http://silk.stoa.example:8080")], Some(true));
        check(&[("origin", "http://clay.stoa.example:8080")], Some(false));
        check(&[("origin", "http://silk.stoa.example")], Some(false));
        check(&[("origin", "https://silk.stoa.example:8080")], Some(false));
        check(&[("origin", "null")], Some(false));
        check(&[("sec-fetch-site", "same-origin")], Some(true));
        check(&[("sec-fetch-site", "same-site")], Some(false));
        check(&[("sec-fetch-site", "cross-site")], Some(false));
        check(&[("sec-fetch-site", "none")], Some(true));
        check(
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://silk.stoa.example:8080"),
            ],
            Some(false),
        );
    }
}
