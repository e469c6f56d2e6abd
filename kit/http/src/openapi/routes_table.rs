//! `routes.txt`: every route on one screen, with what it asks for. Tests go through the same list.

use std::fmt::{self, Write as _};

use http::Method;
use serde_json::Value;
use utoipa::openapi::{OpenApi, extensions::Extensions, path::Operation};

use super::{FEATURE, PAGES, PERMISSION, PUBLIC, SIGNED_IN, assemble::operations};

/// One route of the API.
#[derive(Debug, Clone)]
pub struct Route {
    pub method: Method,
    /// With `/api`, and parameters in braces.
    pub path: String,
    pub access: Access,
    pub feature: Option<String>,
}

/// What a route asks of its caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// To be a member of the tenant with this permission.
    Permission(String),
    /// To be signed in; why that is enough.
    SignedIn(String),
    /// Nothing; why that is right.
    Public(String),
    /// Its description says neither of these.
    Unsaid,
}

/// The routes of the API, in the document's order.
#[must_use]
pub fn routes(document: &OpenApi) -> Vec<Route> {
    let paths = document.paths.paths.iter();
    paths
        .flat_map(|(path, item)| operations(item).map(move |(method, operation)| (path, method, operation)))
        .map(|(path, method, operation)| Route {
            method,
            path: path.clone(),
            access: Access::of(operation),
            feature: text(operation.extensions.as_ref(), FEATURE).map(str::to_owned),
        })
        .collect()
}

/// One line per route and page: method, path, feature, what it asks for. Sorted by path.
#[must_use]
pub fn routes_table(document: &OpenApi) -> String {
    let mut lines: Vec<[String; 4]> = routes(document).into_iter().map(line).collect();
    let pages = document
        .extensions
        .as_ref()
        .and_then(|extensions| extensions.get(PAGES)?.as_array());
    lines.extend(pages.into_iter().flatten().map(page_line));
    lines.sort_by(|one, other| (&one[1], &one[0]).cmp(&(&other[1], &other[0])));
    aligned(&lines)
}

impl Access {
    fn of(operation: &Operation) -> Self {
        let mark = |name| text(operation.extensions.as_ref(), name).map(str::to_owned);
        mark(PERMISSION)
            .map(Self::Permission)
            .or_else(|| mark(SIGNED_IN).map(Self::SignedIn))
            .or_else(|| mark(PUBLIC).map(Self::Public))
            .unwrap_or(Self::Unsaid)
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permission(key) => f.write_str(key),
            Self::SignedIn(reason) => write!(f, "signed-in: {reason}"),
            Self::Public(reason) => write!(f, "public: {reason}"),
            Self::Unsaid => f.write_str("UNSAID"),
        }
    }
}

fn text<'a>(extensions: Option<&'a Extensions>, name: &str) -> Option<&'a str> {
    extensions?.get(name)?.as_str()
}

fn line(route: Route) -> [String; 4] {
    let feature = route.feature.unwrap_or_else(|| "-".to_owned());
    [
        route.method.to_string(),
        route.path,
        feature,
        route.access.to_string(),
    ]
}

fn page_line(page: &Value) -> [String; 4] {
    let text = |name: &str, blank: &str| page[name].as_str().unwrap_or(blank).to_owned();
    let access = Access::Public(text("reason", ""));
    [
        text("method", ""),
        text("path", ""),
        text("feature", "-"),
        access.to_string(),
    ]
}

fn aligned(lines: &[[String; 4]]) -> String {
    let width = |column: usize| {
        lines
            .iter()
            .map(|line| line[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths = [width(0), width(1), width(2)];
    let mut table = String::new();
    for [method, path, feature, access] in lines {
        let [first, second, third] = widths;
        let _ = writeln!(
            table,
            "{method:first$}  {path:second$}  {feature:third$}  {access}"
        );
    }
    table
}
