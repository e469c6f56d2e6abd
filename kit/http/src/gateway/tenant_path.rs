//! `/api/tenant/{slug}/X`, which is `/api/X` for that tenant. Read before the router, and in one spelling only.

use http::Uri;
use stoa_core::Slug;

const PREFIX: &str = "/api/tenant/";

/// What a path says about the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TenantPath<'a> {
    /// Nothing.
    Unnamed,
    /// The slug, and the path to go on with after `/api`: empty, or from its slash on.
    Named { slug: &'a str, rest: &'a str },
    /// Something that no tenant is called: percent-encoded, upper case, too long.
    Nobody,
}

impl<'a> TenantPath<'a> {
    pub(crate) fn of(path: &'a str) -> Self {
        let Some(named) = path.strip_prefix(PREFIX) else {
            return Self::Unnamed;
        };
        let (slug, rest) = named.split_at(named.find('/').unwrap_or(named.len()));
        if Slug::parse(slug).is_err() || rest.starts_with("//") {
            return Self::Nobody;
        }
        Self::Named { slug, rest }
    }
}

/// The same URI with the path `/api{rest}`.
pub(crate) fn rewritten(uri: &Uri, rest: &str) -> Option<Uri> {
    let target = match uri.query() {
        Some(query) => format!("/api{rest}?{query}"),
        None => format!("/api{rest}"),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target.try_into().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: TenantPath<'_>) {
        assert_eq!(TenantPath::of(path), expected, "{path}");
    }

    #[test]
    fn paths_name_tenants_in_one_spelling() {
        check("/api/products", TenantPath::Unnamed);
        check("/api/tenants/silk", TenantPath::Unnamed);
        check("/api/tenant", TenantPath::Unnamed);
        check(
            "/api/tenant/silk",
            TenantPath::Named {
                slug: "silk",
                rest: "",
            },
        );
        check(
            "/api/tenant/silk/x/y",
            TenantPath::Named {
                slug: "silk",
                rest: "/x/y",
            },
        );
        check(
            "/api/tenant/silk-2/x%20y",
            TenantPath::Named {
                slug: "silk-2",
                rest: "/x%20y",
            },
        );
        check("/api/tenant/%62/x", TenantPath::Nobody);
        check("/api/tenant/..%2fb/x", TenantPath::Nobody);
        check("/api/tenant/%00/x", TenantPath::Nobody);
        check("/api/tenant/../x", TenantPath::Nobody);
        check("/api/tenant/Silk/x", TenantPath::Nobody);
        check("/api/tenant/%20silk/x", TenantPath::Nobody);
        check("/api/tenant//silk/x", TenantPath::Nobody);
        check("/api/tenant/silk//x", TenantPath::Nobody);
        check(&format!("/api/tenant/{}/x", "a".repeat(300)), TenantPath::Nobody);
        check("//api/tenant/silk/x", TenantPath::Unnamed);
        check("/API/tenant/silk/x", TenantPath::Unnamed);
    }

    #[test]
    fn the_rest_and_the_query_stay() {
        let check = |uri: &str, rest: &str, expected: &str| {
            let rewritten = uri.parse().ok().and_then(|uri| rewritten(&uri, rest));
            assert_eq!(
                rewritten.map(|uri| uri.to_string()).as_deref(),
                Some(expected),
                "{uri}"
            );
        };
        check("/api/tenant/silk/x?a=1", "/x", "/api/x?a=1");
        check("/api/tenant/silk", "", "/api");
        check(
            "http://silk.test/api/tenant/silk/x",
            "/x",
            "http://silk.test/api/x",
        );
    }
}
