//! Reads the Host header as strictly as the tenants' separation needs: one way to write each host, no guessing.

use http::{HeaderMap, Uri, header};
use stoa_core::{ErrorKind, Failure};

use crate::HttpConfig;

const MAX_HOST: usize = 253;
const MAX_LABEL: usize = 63;

/// Whose host a request names, as far as its form tells.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HostKey {
    /// `app.` under the base domain.
    Console,
    /// The base domain itself.
    Platform,
    /// One label under the base domain: a tenant's slug.
    Subdomain(String),
    /// Any other name: perhaps a tenant's own domain.
    Custom(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    #[error("The request must name one host, written as a plain domain name.")]
    Malformed,
    /// Two or more labels under the base domain: never anybody's.
    #[error("There is no such host here.")]
    Unknown,
}

impl HostKey {
    /// From the one Host header, which an absolute request target must agree with (RFC 9112, 3.2.2).
    pub fn of_request(uri: &Uri, headers: &HeaderMap, config: &HttpConfig) -> Result<Self, HostError> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return Err(HostError::Malformed);
        };
        let host = host.to_str().map_err(|_| HostError::Malformed)?;
        if uri
            .authority()
            .is_some_and(|authority| !authority.as_str().eq_ignore_ascii_case(host))
        {
            return Err(HostError::Malformed);
        }
        Self::parse(host, config)
    }

    /// From the text of a Host header; a port is allowed and ignored.
    pub fn parse(host: &str, config: &HttpConfig) -> Result<Self, HostError> {
        let name = without_port(host).ok_or(HostError::Malformed)?;
        if !is_host_name(name) {
            return Err(HostError::Malformed);
        }
        let name = name.to_ascii_lowercase();
        if name == config.base_name() {
            return Ok(Self::Platform);
        }
        let label = name
            .strip_suffix(config.base_name())
            .and_then(|rest| rest.strip_suffix('.'));
        match label {
            Some("app") => Ok(Self::Console),
            Some(label) if label.contains('.') => Err(HostError::Unknown),
            Some(label) => Ok(Self::Subdomain(label.to_owned())),
            None => Ok(Self::Custom(name)),
        }
    }

    /// Whether the host is the platform's own, and so no tenant's.
    #[must_use]
    pub fn is_platform(&self) -> bool {
        matches!(self, Self::Console | Self::Platform)
    }

    /// The full name that was asked for, without a port.
    #[must_use]
    pub fn name(&self, config: &HttpConfig) -> String {
        match self {
            Self::Console => format!("app.{}", config.base_name()),
            Self::Platform => config.base_name().to_owned(),
            Self::Subdomain(label) => format!("{label}.{}", config.base_name()),
            Self::Custom(name) => name.clone(),
        }
    }
}

fn without_port(host: &str) -> Option<&str> {
    let Some((name, port)) = host.split_once(':') else {
        return Some(host);
    };
    let is_port = (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
    is_port.then_some(name)
}

/// Letters, digits and inner hyphens in labels of 1–63, 253 in all (RFC 1123); no trailing dot.
fn is_host_name(name: &str) -> bool {
    name.len() <= MAX_HOST && name.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=MAX_LABEL).contains(&label.len())
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl Failure for HostError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Malformed => ErrorKind::BadRequest,
            Self::Unknown => ErrorKind::NotFound,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "request.host",
            Self::Unknown => "tenant.not_found",
        }
    }
}

#[cfg(test)]
mod tests {
    use HostError::{Malformed, Unknown};

    use super::*;

    fn subdomain(label: &str) -> Result<HostKey, HostError> {
        Ok(HostKey::Subdomain(label.to_owned()))
    }

    fn custom(name: &str) -> Result<HostKey, HostError> {
        Ok(HostKey::Custom(name.to_owned()))
    }

    #[track_caller]
    fn check(host: &str, expected: Result<HostKey, HostError>) {
        let config = HttpConfig::new("Stoa.example:8080", false);
        assert_eq!(HostKey::parse(host, &config), expected, "{host:?}");
    }

    #[test]
    fn hosts_are_told_apart() {
        check("stoa.example", Ok(HostKey::Platform));
        check("STOA.example:8080", Ok(HostKey::Platform));
        check("app.stoa.example", Ok(HostKey::Console));
        check("silk.stoa.example", subdomain("silk"));
        check("Silk.Stoa.Example:443", subdomain("silk"));
        check("silk.example", custom("silk.example"));
        check("127.0.0.1:8080", custom("127.0.0.1"));
    }

    /// ATK-R7: what only looks like a tenant's host is nobody's.
    #[test]
    fn neighbours_of_the_base_domain_are_nobody() {
        check("b.evil.test", custom("b.evil.test"));
        check("x.silk.stoa.example", Err(Unknown));
        check("app.app.stoa.example", Err(Unknown));
        check("silkstoa.example", custom("silkstoa.example"));
        check("stoa.example.evil.test", custom("stoa.example.evil.test"));
    }

    /// ATK-R6, ATK-R9: one way to write a host.
    #[test]
    fn other_spellings_are_refused() {
        let long = format!("{}.stoa.example", "a".repeat(64));
        let endless = format!("{}stoa.example", "a.".repeat(130));
        for host in [
            "",
            ".",
            "stoa.example.",
            ".stoa.example",
            "silk..stoa.example",
            "silk.stoa.example:",
            "silk.stoa.example:80a",
            "silk.stoa.example:123456",
            "silk.stoa.example:80:80",
            "[::1]",
            "user@silk.stoa.example",
            "silk_2.stoa.example",
            "-silk.stoa.example",
            "silk-.stoa.example",
            "s%69lk.stoa.example",
            "silk.stoa.example/x",
            "silk stoa.example",
            "ſilk.stoa.example",
            &long,
            &endless,
        ] {
            check(host, Err(Malformed));
        }
    }

    #[track_caller]
    fn check_request(uri: &str, hosts: &[&str], expected: Result<HostKey, HostError>) {
        let config = HttpConfig::new("stoa.example", true);
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(
                header::HOST,
                host.parse().unwrap_or(http::HeaderValue::from_static("?")),
            );
        }
        let uri = uri.parse().unwrap_or_default();
        assert_eq!(
            HostKey::of_request(&uri, &headers, &config),
            expected,
            "{uri} {hosts:?}"
        );
    }

    #[test]
    fn one_host_is_named_and_an_absolute_target_agrees() {
        check_request("/", &["silk.stoa.example"], subdomain("silk"));
        check_request(
            "http://silk.stoa.example/x",
            &["silk.stoa.example"],
            subdomain("silk"),
        );
        check_request(
            "http://SILK.stoa.example/x",
            &["silk.stoa.example"],
            subdomain("silk"),
        );
        check_request("/", &[], Err(Malformed));
        check_request("/", &["silk.stoa.example", "silk.stoa.example"], Err(Malformed));
        check_request("/", &["silk.stoa.example", "clay.stoa.example"], Err(Malformed));
        check_request(
            "http://clay.stoa.example/",
            &["silk.stoa.example"],
            Err(Malformed),
        );
        check_request(
            "http://silk.stoa.example:81/",
            &["silk.stoa.example"],
            Err(Malformed),
        );
        check_request(
            "http://a@silk.stoa.example/",
            &["silk.stoa.example"],
            Err(Malformed),
        );
    }
}
