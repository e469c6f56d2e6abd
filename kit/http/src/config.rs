//! Under which names the platform answers.

/// Settings of the HTTP side.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// The platform's domain, with its port when that is not the scheme's own: `localhost:8080`.
    pub base_domain: String,
    /// `https`, or `http` on loopback.
    pub scheme: &'static str,
}

impl HttpConfig {
    /// The platform's domain without its port.
    #[must_use]
    pub fn base_name(&self) -> &str {
        crate::host::without_port(&self.base_domain).unwrap_or(&self.base_domain)
    }

    /// The address of a host of ours, or of a domain that a tenant brought.
    #[must_use]
    pub fn url_of(&self, host: &str) -> String {
        let port = self
            .base_domain
            .strip_prefix(self.base_name())
            .unwrap_or_default();
        format!("{}://{host}{port}", self.scheme)
    }

    /// The address of a tenant's subdomain.
    #[must_use]
    pub fn subdomain_url(&self, label: &str) -> String {
        format!("{}://{label}.{}", self.scheme, self.base_domain)
    }

    /// The address of the console and of the API for staff.
    #[must_use]
    pub fn console_url(&self) -> String {
        self.subdomain_url("app")
    }
}
