//! A browser's cookies, as far as tests need them (RFC 6265): per host, by path, refused where a browser would refuse.
//! Time does not pass here: a cookie goes when it is given no time to live.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The cookies of one browser, by host, name and path.
#[derive(Debug, Default)]
pub(super) struct Jar(Mutex<BTreeMap<Key, String>>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    host: String,
    name: String,
    path: String,
}

/// A `Set-Cookie` line.
struct SetCookie<'a> {
    name: &'a str,
    value: &'a str,
    path: Option<&'a str>,
    secure: bool,
    domain: bool,
    ends: bool,
}

impl Jar {
    /// The cookies that go with a request.
    pub(super) fn for_request(&self, host: &str, path: &str) -> Vec<(String, String)> {
        self.cookies()
            .iter()
            .filter(|(key, _)| key.host == host && path_matches(path, &key.path))
            .map(|(key, value)| (key.name.clone(), value.clone()))
            .collect()
    }

    /// Takes in what an answer of this host sets.
    pub(super) fn keep<'a>(&self, host: &str, lines: impl Iterator<Item = &'a str>) {
        for cookie in lines.filter_map(SetCookie::parse) {
            if !cookie.is_allowed() {
                continue;
            }
            let key = Key {
                host: host.to_owned(),
                name: cookie.name.to_owned(),
                path: cookie.path.unwrap_or("/").to_owned(),
            };
            if cookie.ends {
                self.cookies().remove(&key);
            } else {
                self.cookies().insert(key, cookie.value.to_owned());
            }
        }
    }

    fn cookies(&self) -> MutexGuard<'_, BTreeMap<Key, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> SetCookie<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let mut parts = line.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let mut cookie = Self {
            name,
            value,
            path: None,
            secure: false,
            domain: false,
            ends: false,
        };
        for part in parts {
            let (attribute, setting) = part.split_once('=').unwrap_or((part, ""));
            match attribute.to_ascii_lowercase().as_str() {
                "path" if setting.starts_with('/') => cookie.path = Some(setting),
                "secure" => cookie.secure = true,
                "domain" => cookie.domain = !setting.is_empty(),
                "max-age" => cookie.ends = setting.parse::<i64>().is_ok_and(|seconds| seconds <= 0),
                _ => {}
            }
        }
        Some(cookie)
    }

    /// What browsers ask of the two reserved prefixes (RFC 6265bis, section 4.1.3).
    fn is_allowed(&self) -> bool {
        if self.name.starts_with("__Host-") {
            self.secure && !self.domain && self.path == Some("/")
        } else {
            self.secure || !self.name.starts_with("__Secure-")
        }
    }
}

/// Section 5.1.4: a cookie of `/a` goes to `/a` and `/a/b`, not to `/ab`.
fn path_matches(request: &str, cookie: &str) -> bool {
    request
        .strip_prefix(cookie)
        .is_some_and(|rest| rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&str], path: &str, expected: &[(&str, &str)]) {
        let jar = Jar::default();
        jar.keep("a.example", lines.iter().copied());
        let cookies = jar.for_request("a.example", path);
        let cookies: Vec<(&str, &str)> = cookies.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(cookies, expected, "{lines:?}");
        assert!(jar.for_request("b.example", path).is_empty());
    }

    #[test]
    fn keeps_what_a_browser_keeps() {
        check(&["a=1", "b=2; HttpOnly"], "/", &[("a", "1"), ("b", "2")]);
        check(&["a=1", "a=2"], "/", &[("a", "2")]);
        check(&["a=1; Path=/cart"], "/cart/lines", &[("a", "1")]);
        check(&["a=1; Path=/cart"], "/carts", &[]);
        check(&["a=1", "a=; Max-Age=0"], "/", &[]);
        check(&["a=1; Max-Age=60"], "/", &[("a", "1")]);
        check(&["no cookie"], "/", &[]);
    }

    #[test]
    fn refuses_what_a_browser_refuses() {
        check(&["__Host-a=1; Path=/; Secure"], "/x", &[("__Host-a", "1")]);
        check(&["__Host-a=1; Secure"], "/", &[]);
        check(&["__Host-a=1; Path=/"], "/", &[]);
        check(&["__Host-a=1; Path=/; Secure; Domain=example"], "/", &[]);
        check(&["__Secure-a=1"], "/", &[]);
        check(&["__Secure-a=1; Secure"], "/", &[("__Secure-a", "1")]);
    }
}
