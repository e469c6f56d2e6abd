//! One route on the page: what it asks for, takes and answers.

use std::fmt::Write as _;

use serde_json::Value;

use super::{
    Route, breakable,
    prose::{inline, prose},
};
use crate::{
    escape,
    openapi::{
        FEATURE, PERMISSION, PUBLIC, SIGNED_IN,
        example::{example, resolve},
        schema_view::{fields, type_name},
    },
};

pub(super) fn write_operation(page: &mut String, route: &Route<'_>, document: &Value) {
    let operation = route.operation;
    let text = |name: &str| operation[name].as_str().unwrap_or_default();
    let _ = writeln!(
        page,
        "<article id=\"{id}\">\n<h3><span class=\"method {method}\">{method}</span> <code>{path}</code></h3>\n\
         <p class=\"summary\">{summary}</p>\n{access}\n{description}",
        id = escape(text("operationId")),
        method = route.method,
        path = breakable(route.path),
        summary = inline(text("summary")),
        access = access(operation),
        description = prose(text("description")),
    );
    write_parameters(page, &operation["parameters"], document);
    for (media_type, content) in operation["requestBody"]["content"]
        .as_object()
        .into_iter()
        .flatten()
    {
        let _ = writeln!(page, "<h4>Body <small>{}</small></h4>", escape(media_type));
        write_content(page, content, document);
    }
    page.push_str("<h4>Answers</h4>\n");
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        write_response(page, status, resolve(response, document), document);
    }
    page.push_str("</article>\n");
}

/// Who may call.
fn access(operation: &Value) -> String {
    let text = |name: &str| operation[name].as_str();
    let mut access = String::from("<p class=\"access\">");
    if let Some(permission) = text(PERMISSION) {
        let _ = write!(access, "Permission <code>{}</code>", escape(permission));
    } else if let Some(reason) = text(SIGNED_IN) {
        let _ = write!(access, "Signed in: {}", escape(reason));
    } else if let Some(reason) = text(PUBLIC) {
        let _ = write!(access, "Public: {}", escape(reason));
    }
    if let Some(feature) = text(FEATURE) {
        let _ = write!(access, " · feature <code>{}</code>", escape(feature));
    }
    access.push_str("</p>");
    access
}

fn write_parameters(page: &mut String, parameters: &Value, document: &Value) {
    let Some(parameters) = parameters.as_array().filter(|parameters| !parameters.is_empty()) else {
        return;
    };
    page.push_str(
        "<h4>Parameters</h4>\n<div class=\"wide\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">Name</th>\
         <th scope=\"col\">In</th><th scope=\"col\">Type</th><th scope=\"col\">Meaning</th><th scope=\"col\">Example</th></tr>\
         </thead>\n<tbody>\n",
    );
    for parameter in parameters.iter().map(|parameter| resolve(parameter, document)) {
        let text = |name: &str| parameter[name].as_str().unwrap_or_default();
        let optional = if parameter["required"] == true {
            ""
        } else {
            ", optional"
        };
        let _ = writeln!(
            page,
            "<tr><td><code>{}</code></td><td>{}</td><td>{}{optional}</td><td>{}</td><td><code>{}</code></td></tr>",
            escape(text("name")),
            escape(text("in")),
            escape(&type_name(&parameter["schema"])),
            inline(text("description")),
            escape(&shown(parameter, document)),
        );
    }
    page.push_str("</tbody>\n</table></div>\n");
}

/// A parameter's example as it is written in a URL.
fn shown(parameter: &Value, document: &Value) -> String {
    let given = [&parameter["example"], &parameter["schema"]["example"]];
    let given = given.into_iter().find(|given| !given.is_null()).cloned();
    match given.unwrap_or_else(|| example(&parameter["schema"], document)) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn write_response(page: &mut String, status: &str, response: &Value, document: &Value) {
    let line = format!(
        "<b class=\"status s{class}\">{status}</b> {description}",
        class = status.chars().next().unwrap_or('0'),
        status = escape(status),
        description = inline(response["description"].as_str().unwrap_or_default()),
    );
    let content = response["content"]
        .as_object()
        .and_then(|content| content.iter().next());
    // All problems look alike, and the page shows one at its head.
    match content.filter(|(media_type, content)| {
        *media_type != "application/problem+json" && content["schema"].is_object()
    }) {
        Some((_, content)) => {
            let open = if status.starts_with('2') { " open" } else { "" };
            let _ = writeln!(page, "<details{open}>\n<summary>{line}</summary>");
            write_content(page, content, document);
            page.push_str("</details>\n");
        }
        None => {
            let _ = writeln!(page, "<p class=\"plain\">{line}</p>");
        }
    }
}

pub(super) fn write_content(page: &mut String, content: &Value, document: &Value) {
    let schema = &content["schema"];
    let shown = content
        .get("example")
        .cloned()
        .unwrap_or_else(|| example(schema, document));
    let shown = serde_json::to_string_pretty(&shown).unwrap_or_default();
    let _ = writeln!(
        page,
        "<div class=\"shape\">\n<div>{fields}</div>\n<pre tabindex=\"0\" aria-label=\"Example\"><code>{shown}</code></pre>\n</div>",
        fields = fields(schema, document),
        shown = escape(&shown),
    );
}
