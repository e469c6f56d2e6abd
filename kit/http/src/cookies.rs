//! Cookies as the platform uses them: `__Host-` ones, read only when unambiguous.

use http::{HeaderMap, HeaderValue, header};

/// The staff's session; honoured on the console's host only.
pub const SESSION: &str = "__Host-stoa";

/// The value of a cookie. Sent twice with different values, one may have been planted: then it counts as absent.
#[must_use]
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter_map(|(key, value)| (key == name).then_some(value));
    let value = values.next()?;
    values.all(|other| other == value).then_some(value)
}

/// `Set-Cookie` for a cookie of this host alone, unreadable for scripts and not sent along from other sites. `value`
/// holds letters, digits, `-` and `_`, as tokens do; anything else makes no cookie.
#[must_use]
pub fn set(name: &str, value: &str, seconds: u32) -> Option<HeaderValue> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !value.bytes().all(is_plain) {
        return None;
    }
    HeaderValue::try_from(format!(
        "{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}"
    ))
    .ok()
}

/// `Set-Cookie` that takes a cookie away.
#[must_use]
pub fn clear(name: &str) -> Option<HeaderValue> {
    set(name, "", 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cookies: &[&'static str], expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, HeaderValue::from_static(cookie));
        }
        assert_eq!(read(&headers, "__Host-a"), expected, "{cookies:?}");
    }

    #[test]
    fn a_cookie_counts_when_it_is_unambiguous() {
        check(&[], None);
        check(&["__Host-a=1"], Some("1"));
        check(&["x=2; __Host-a=1; y"], Some("1"));
        check(&["x=2", "__Host-a=1"], Some("1"));
        check(&["__Host-a=1; __Host-a=1"], Some("1"));
        check(&["__Host-a=1; __Host-a=2"], None);
        check(&["__Host-a=1", "__Host-a=2"], None);
        check(&["__host-a=1; a=1; x__Host-a=1"], None);
    }

    #[test]
    fn cookies_stay_on_their_host() {
        let cookie = set("__Host-a", "abc-_1", 60);
        let expected = "__Host-a=abc-_1; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60";
        assert_eq!(cookie, Some(HeaderValue::from_static(expected)));
        assert_eq!(set("__Host-a", "1; Domain=evil.test", 60), None);
    }
}
