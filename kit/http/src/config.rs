//! What the operator decides about hosts, proxies and limits.

use crate::{Limits, TrustedProxies};

/// The hosts that the platform answers on, and how it treats who asks. Of what proxies add, `X-Forwarded-For` of a
/// trusted one is all that is read.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// As written in links: lower-cased, with the port when it is not the usual one.
    base_domain: String,
    name_length: usize,
    secure: bool,
    proxies: TrustedProxies,
    limits: Limits,
    busiest: usize,
}

impl HttpConfig {
    /// `base_domain` may carry a port, as in `localhost:8080`; `secure` says that browsers come by https.
    #[must_use]
    pub fn new(base_domain: &str, secure: bool) -> Self {
        let base_domain = base_domain.to_ascii_lowercase();
        let name_length = base_domain.find(':').unwrap_or(base_domain.len());
        Self {
            base_domain,
            name_length,
            secure,
            proxies: TrustedProxies::default(),
            limits: Limits::default(),
            busiest: 0,
        }
    }

    #[must_use]
    pub fn with_proxies(self, proxies: TrustedProxies) -> Self {
        Self { proxies, ..self }
    }

    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Counts requests by tenant, and shows so many of those that ask most.
    #[must_use]
    pub fn with_busiest(self, busiest: usize) -> Self {
        Self { busiest, ..self }
    }

    pub(crate) fn busiest(&self) -> usize {
        self.busiest
    }

    pub(crate) fn proxies(&self) -> &TrustedProxies {
        &self.proxies
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The base domain as links name it, such as `stoa.example` or `localhost:8080`.
    #[must_use]
    pub fn base_domain(&self) -> &str {
        &self.base_domain
    }

    /// The base domain without a port.
    #[must_use]
    pub fn base_name(&self) -> &str {
        &self.base_domain[..self.name_length]
    }

    /// The console's host as links name it, `app.localhost:8080`.
    #[must_use]
    pub fn console_host(&self) -> String {
        format!("app.{}", self.base_domain)
    }

    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// `https://dhaka-silk.stoa.example` for a tenant's subdomain.
    #[must_use]
    pub fn subdomain_url(&self, label: &str) -> String {
        format!("{}://{label}.{}", self.scheme(), self.base_domain)
    }

    /// A host without port, as links name it: with the port that the platform is reached on.
    pub(crate) fn authority(&self, host: &str) -> String {
        format!("{host}{}", &self.base_domain[self.name_length..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_stands_in_links_and_nowhere_else() {
        let config = HttpConfig::new("Localhost:8080", false);
        assert_eq!(config.base_domain(), "localhost:8080");
        assert_eq!(config.base_name(), "localhost");
        assert_eq!(config.console_host(), "app.localhost:8080");
        assert_eq!(config.subdomain_url("silk"), "http://silk.localhost:8080");
        assert_eq!(config.authority("silk.example"), "silk.example:8080");
        let config = HttpConfig::new("stoa.example", true);
        assert_eq!(config.subdomain_url("silk"), "https://silk.stoa.example");
        assert_eq!(config.authority("silk.example"), "silk.example");
    }
}
