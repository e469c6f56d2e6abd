//! What a business may be called in its address. Names that the platform or the mail system answers to are kept back.

use stoa_core::{Slug, TextError};

const MIN_CHARS: usize = 3;
const MAX_CHARS: usize = 40;

/// The platform's own hosts and paths, and names that visitors, browsers, mail programs or certificate authorities
/// trust (RFC 2142; the CA/Browser Forum's baseline requirements).
const RESERVED: [&str; 70] = [
    "about",
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "api",
    "app",
    "apps",
    "asset",
    "assets",
    "auth",
    "autoconfig",
    "autodiscover",
    "billing",
    "blog",
    "cdn",
    "console",
    "dashboard",
    "docs",
    "email",
    "files",
    "ftp",
    "help",
    "host",
    "hostmaster",
    "images",
    "imap",
    "img",
    "internal",
    "isatap",
    "localhost",
    "login",
    "logout",
    "mail",
    "media",
    "metrics",
    "mta-sts",
    "mx",
    "noc",
    "ns1",
    "ns2",
    "oauth",
    "operator",
    "other",
    "payments",
    "platform",
    "pop",
    "pop3",
    "postmaster",
    "root",
    "secure",
    "security",
    "signup",
    "site",
    "smtp",
    "ssladmin",
    "staging",
    "static",
    "status",
    "stoa",
    "support",
    "system",
    "tenant",
    "tenants",
    "webhooks",
    "webmail",
    "webmaster",
    "wpad",
    "www",
];

/// The slug of a new business: 3 to 40 characters that make a DNS label, and none that is kept back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantSlug(Slug);

impl TenantSlug {
    pub fn parse(text: &str) -> Result<Self, TextError> {
        // `xn--` starts a label in punycode, which can look like another business's name.
        if RESERVED.contains(&text) || text.to_ascii_lowercase().starts_with("xn--") {
            return Err(error("tenant.slug_reserved", "is reserved".to_owned()));
        }
        let slug = Slug::parse(text)?;
        if !(MIN_CHARS..=MAX_CHARS).contains(&slug.as_str().len()) {
            let detail = format!("must have {MIN_CHARS} to {MAX_CHARS} characters");
            return Err(error("tenant.slug_length", detail));
        }
        Ok(Self(slug))
    }

    #[must_use]
    pub fn into_slug(self) -> Slug {
        self.0
    }
}

fn error(code: &'static str, detail: String) -> TextError {
    TextError { code, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, refused: Option<&str>) {
        assert_eq!(
            TenantSlug::parse(text).err().map(|error| error.code),
            refused,
            "{text:?}"
        );
    }

    #[test]
    fn keeps_names_back() {
        let reserved = Some("tenant.slug_reserved");
        check("dhaka-silk", None);
        check("shop-24", None);
        for name in RESERVED {
            check(name, reserved);
        }
        check("xn--80ak6aa92e", reserved);
        check("XN--80ak6aa92e", reserved);
    }

    #[test]
    fn bounds_the_length() {
        check("abc", None);
        check("ab", Some("tenant.slug_length"));
        check(&"a".repeat(40), None);
        check(&"a".repeat(41), Some("tenant.slug_length"));
    }

    #[test]
    fn takes_only_dns_labels() {
        for text in [
            "",
            "Dhaka",
            "dhaka.silk",
            "-dhaka",
            "dhaka-",
            "da--ka",
            "..%2fb",
            "%00",
            "ঢাকা",
            " dhaka",
        ] {
            assert!(TenantSlug::parse(text).is_err(), "{text:?}");
        }
        assert!(TenantSlug::parse(&"x".repeat(300)).is_err());
    }
}
