//! The document as a page for people: complete in itself, without a script.

mod operation;
pub(super) mod prose;

use std::fmt::Write as _;

use serde_json::{Value, json};

use self::{
    operation::{write_content, write_operation},
    prose::prose,
};
use crate::escape;

pub(super) const STYLE: &str = include_str!("docs_page/style.css");

const METHODS: [&str; 8] = [
    "get", "post", "put", "patch", "delete", "head", "options", "trace",
];

/// One route of the document.
struct Route<'a> {
    method: &'a str,
    path: &'a str,
    operation: &'a Value,
}

/// The page of an OpenAPI document.
pub(super) fn render(document: &Value) -> String {
    let groups = groups(document);
    let text = |pointer: &str| {
        escape(
            document
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default(),
        )
    };
    let mut page = String::with_capacity(128 * 1024);
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} API</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#routes\">Skip to the routes</a>\n\
         <nav aria-label=\"Routes\">\n<p class=\"brand\">{title} API <small>{version}</small></p>\n",
        title = text("/info/title"),
        version = text("/info/version"),
    );
    for (tag, routes) in &groups {
        write_links(&mut page, tag, routes);
    }
    let _ = write!(
        page,
        "</nav>\n<main id=\"routes\">\n<header>\n<h1>{title} API</h1>\n{description}\
         <p><a href=\"openapi.json\">openapi.json</a></p>\n</header>\n",
        title = text("/info/title"),
        description = prose(
            document
                .pointer("/info/description")
                .and_then(Value::as_str)
                .unwrap_or_default()
        ),
    );
    write_problem(&mut page, document);
    for (tag, routes) in &groups {
        let _ = writeln!(page, "<section>\n<h2 id=\"{}\">{}</h2>", anchor(tag), escape(tag));
        for route in routes {
            write_operation(&mut page, route, document);
        }
        page.push_str("</section>\n");
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

/// What every failure looks like, so that routes need to name codes only.
fn write_problem(page: &mut String, document: &Value) {
    let problem = json!({"schema": {"$ref": "#/components/schemas/Problem"}});
    page.push_str("<section>\n<h2 id=\"problems\">Problems</h2>\n<article>\n");
    page.push_str("<p>Every failure is <code>application/problem+json</code>:</p>\n");
    write_content(page, &problem, document);
    page.push_str("</article>\n</section>\n");
}

/// The routes of each tag, tags in the document's order.
fn groups(document: &Value) -> Vec<(&str, Vec<Route<'_>>)> {
    let tags = document["tags"].as_array().into_iter().flatten();
    tags.filter_map(|tag| tag["name"].as_str())
        .map(|tag| (tag, routes(document, tag)))
        .filter(|(_, routes)| !routes.is_empty())
        .collect()
}

fn routes<'a>(document: &'a Value, tag: &str) -> Vec<Route<'a>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |method| {
            let operation = item.get(*method)?;
            Some(Route {
                method,
                path,
                operation,
            })
        })
    });
    all.filter(|route| route.operation["tags"][0] == tag).collect()
}

fn write_links(page: &mut String, tag: &str, routes: &[Route<'_>]) {
    let (anchor, tag) = (anchor(tag), escape(tag));
    let _ = write!(page, "<h2><a href=\"#{anchor}\">{tag}</a></h2>\n<ul>\n");
    for route in routes {
        let _ = writeln!(
            page,
            "<li><a href=\"#{id}\"><span class=\"method {method}\">{method}</span> {path}</a></li>",
            id = escape(route.operation["operationId"].as_str().unwrap_or_default()),
            method = route.method,
            path = breakable(route.path),
        );
    }
    page.push_str("</ul>\n");
}

/// Where a tag's routes begin.
fn anchor(tag: &str) -> String {
    format!("tag-{}", escape(&tag.to_lowercase().replace(' ', "-")))
}

/// A path that may break after its slashes, since it has no spaces.
fn breakable(path: &str) -> String {
    escape(path).replace('/', "/<wbr>")
}
