//! Reads a request's host: exact, strict, and never from a header that a proxy would set.

use http::{HeaderMap, Uri, header::HOST};

/// Which host a request names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HostKey {
    /// Where staff work: `app.<base>`.
    Console,
    /// The platform's own domain: `<base>`.
    Platform,
    /// `<label>.<base>`: a tenant's slug or a website's.
    Subdomain(String),
    /// Any other name: a domain of the tenant's own.
    Custom(String),
}

/// Why a host is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadHost;

/// The host that a request names, in lower case and without its port. Several hosts, or an absolute URI that
/// names another one, are refused.
pub(crate) fn request_host(uri: &Uri, headers: &HeaderMap) -> Result<String, BadHost> {
    let mut given = headers.get_all(HOST).iter();
    let host = given.next().ok_or(BadHost)?.to_str().map_err(|_| BadHost)?;
    if given.next().is_some() {
        return Err(BadHost);
    }
    if uri
        .authority()
        .is_some_and(|authority| !authority.as_str().eq_ignore_ascii_case(host))
    {
        return Err(BadHost);
    }
    let name = without_port(host).ok_or(BadHost)?;
    if is_name(name) {
        Ok(name.to_ascii_lowercase())
    } else {
        Err(BadHost)
    }
}

pub(crate) fn without_port(host: &str) -> Option<&str> {
    match host.split_once(':') {
        None => Some(host),
        Some((name, port)) => port.parse::<u16>().is_ok().then_some(name),
    }
}

fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.len() <= 253 && name.split('.').all(label)
}

impl HostKey {
    /// `base` is the platform's domain without its port.
    #[must_use]
    pub fn of(host: &str, base: &str) -> Self {
        if host == base {
            return Self::Platform;
        }
        match host.strip_suffix(base).and_then(|rest| rest.strip_suffix('.')) {
            Some("app") => Self::Console,
            Some(label) if !label.contains('.') => Self::Subdomain(label.to_owned()),
            _ => Self::Custom(host.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: &str, expected: HostKey) {
        assert_eq!(HostKey::of(host, "stoa.test"), expected, "{host}");
    }

    #[test]
    fn tells_hosts_apart() {
        check("stoa.test", HostKey::Platform);
        check("app.stoa.test", HostKey::Console);
        check("b.stoa.test", HostKey::Subdomain("b".to_owned()));
        check("x.b.stoa.test", HostKey::Custom("x.b.stoa.test".to_owned()));
        check("bstoa.test", HostKey::Custom("bstoa.test".to_owned()));
        check("b.evil.test", HostKey::Custom("b.evil.test".to_owned()));
        check(
            "b.stoa.test.evil.test",
            HostKey::Custom("b.stoa.test.evil.test".to_owned()),
        );
    }

    #[test]
    fn refuses_what_is_no_single_name() {
        let host = |value: &'static str| {
            request_host(
                &Uri::from_static("/"),
                &HeaderMap::from_iter([(HOST, http::HeaderValue::from_static(value))]),
            )
        };
        assert_eq!(host("B.Stoa.Test:8080"), Ok("b.stoa.test".to_owned()));
        for bad in [
            "", "b..test", "b.test.", "b.test:x", "..%2fb", "b_c.test", "-b.test", "[::1]",
        ] {
            assert_eq!(host(bad), Err(BadHost), "{bad}");
        }
        let mut two = HeaderMap::new();
        two.append(HOST, http::HeaderValue::from_static("a.test"));
        two.append(HOST, http::HeaderValue::from_static("b.test"));
        assert_eq!(request_host(&Uri::from_static("/"), &two), Err(BadHost));
        let one = HeaderMap::from_iter([(HOST, http::HeaderValue::from_static("a.test"))]);
        assert_eq!(
            request_host(&Uri::from_static("http://b.test/"), &one),
            Err(BadHost)
        );
    }
}
