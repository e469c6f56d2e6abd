//! Pictures of a product, kept as references.

use serde::Serialize;
use stoa_core::TextError;

use crate::domain::refuse;

const MAX: usize = 2048;

/// Where a picture is: an http(s) address, or a path of the shop's own site.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub(crate) struct PictureUrl(String);

/// A picture, and the variant that it shows, by its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) url: PictureUrl,
    /// What the picture shows, for those who do not see it; may be empty.
    pub(crate) alt: String,
    pub(crate) variant: Option<usize>,
}

impl PictureUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.len() > MAX {
            return refuse("url.too_long", format!("must be at most {MAX} bytes long"));
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>\\".contains(c))
            || !leads_somewhere(text)
        {
            return refuse(
                "url.invalid",
                "must be an http or https address, or a path that starts with a single /",
            );
        }
        // Pages show pictures over TLS only.
        let insecure = text
            .get(..7)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"));
        Ok(Self(if insecure {
            format!("https://{}", &text[7..])
        } else {
            text.to_owned()
        }))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn leads_somewhere(url: &str) -> bool {
    if url.starts_with('/') {
        // `//host/path` would leave the site.
        return !url.starts_with("//");
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return false;
    };
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    is_web && rest.starts_with(|c: char| c.is_alphanumeric() || c == '[')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        assert_eq!(PictureUrl::parse(text).is_ok(), expected, "{text}");
    }

    #[test]
    fn takes_web_addresses_and_own_paths() {
        check("https://cdn.example.com/a_925x@2x.jpg?v=1", true);
        check(" HTTP://example.com/a.png ", true);
        check("/media/a.jpg", true);
    }

    #[test]
    fn refuses_what_leads_elsewhere() {
        for text in [
            "",
            "a.jpg",
            "//evil.example/a.jpg",
            "/\\evil.example",
            "javascript:alert(1)",
            "data:image/png;x",
        ] {
            check(text, false);
        }
        check("https://", false);
        check("https:///a.jpg", false);
        check("ftp://example.com/a.jpg", false);
        check("https://example.com/a b.jpg", false);
        check(&format!("https://example.com/{}", "a".repeat(MAX)), false);
    }
}
