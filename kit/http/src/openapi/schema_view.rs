//! Schemas as nested lists of fields.

use std::fmt::Write as _;

use serde_json::Value;

use super::{
    docs_page::prose::inline,
    example::{resolve, type_of},
};
use crate::escape;

/// Deeper than any real schema; ends those that hold themselves.
const DEPTH: usize = 8;

/// The fields of a schema, or its type when it has none.
pub(super) fn fields(schema: &Value, document: &Value) -> String {
    let mut html = String::new();
    write_fields(&mut html, schema, document, DEPTH);
    if html.is_empty() {
        let _ = write!(
            html,
            "<p><span class=\"type\">{}</span></p>",
            escape(&type_name(schema))
        );
    }
    html
}

/// What a schema is, in a word or two: `string`, `prd_id`, `array of Money`, `integer or null`.
pub(super) fn type_name(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    let parts = ["oneOf", "anyOf", "allOf"]
        .iter()
        .find_map(|name| schema[*name].as_array());
    if let Some(parts) = parts {
        let names: Vec<String> = parts.iter().map(type_name).collect();
        return names.join(" or ");
    }
    let choices = schema["enum"]
        .as_array()
        .map(|values| values.iter().map(plain).collect::<Vec<_>>());
    let name = match (type_of(schema), choices) {
        (_, Some(choices)) => choices.join(" | "),
        ("array", None) => format!("array of {}", type_name(&schema["items"])),
        ("", None) => "anything".to_owned(),
        (name, None) => name.to_owned(),
    };
    let is_nullable = schema["type"]
        .as_array()
        .is_some_and(|types| types.iter().any(|name| name == "null"));
    if is_nullable && name != "null" {
        format!("{name} or null")
    } else {
        name
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn write_fields(html: &mut String, schema: &Value, document: &Value, depth: usize) {
    let object = object_in(schema, document);
    let Some(properties) = object["properties"].as_object().filter(|_| depth > 0) else {
        return;
    };
    let required = object["required"].as_array();
    html.push_str("<ul class=\"fields\">\n");
    for (name, property) in properties {
        let is_required = required.is_some_and(|names| names.iter().any(|other| other == name));
        let described = [property, resolve(property, document)];
        let description = described.iter().find_map(|schema| schema["description"].as_str());
        let _ = write!(
            html,
            "<li><code>{}</code> <span class=\"type\">{}{}{}</span>",
            escape(name),
            escape(&type_name(property)),
            escape(&named_choices(property, document)),
            if is_required { "" } else { ", optional" },
        );
        if let Some(description) = description {
            let _ = write!(html, "<br><span class=\"meaning\">{}</span>", inline(description));
        }
        write_fields(html, property, document, depth - 1);
        html.push_str("</li>\n");
    }
    html.push_str("</ul>\n");
}

/// The values of a choice that the type only names: ` (STAFF | ADMIN | OWNER)`.
fn named_choices(schema: &Value, document: &Value) -> String {
    let choice = object_in(schema, document);
    if choice["enum"].is_array() && schema["enum"].is_null() {
        format!(" ({})", type_name(choice))
    } else {
        String::new()
    }
}

/// The object that a schema is, or is a list or an optional one of.
fn object_in<'a>(schema: &'a Value, document: &'a Value) -> &'a Value {
    let mut schema = resolve(schema, document);
    for _ in 0..DEPTH {
        let parts = ["oneOf", "anyOf", "allOf"]
            .iter()
            .find_map(|name| schema[*name].as_array());
        let inner = match parts {
            Some(parts) => parts.iter().find(|part| part["type"] != "null"),
            None => schema.get("items"),
        };
        let Some(inner) = inner else { break };
        schema = resolve(inner, document);
    }
    schema
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn types_are_named() {
        let check = |schema: Value, expected: &str| assert_eq!(type_name(&schema), expected);
        check(json!({"type": "string"}), "string");
        check(json!({"type": ["integer", "null"]}), "integer or null");
        check(json!({"$ref": "#/components/schemas/Money"}), "Money");
        check(
            json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Money"}]}),
            "null or Money",
        );
        check(
            json!({"type": "array", "items": {"type": "string"}}),
            "array of string",
        );
        check(
            json!({"type": "string", "enum": ["draft", "active"]}),
            "draft | active",
        );
        check(json!({}), "anything");
    }

    #[test]
    fn named_choices_are_listed() {
        let document = json!({"Role": {"type": "string", "enum": ["STAFF", "OWNER"]}});
        let schema =
            json!({"type": "object", "required": ["role"], "properties": {"role": {"$ref": "#/Role"}}});
        let html = fields(&schema, &document);
        assert!(
            html.contains("<span class=\"type\">Role (STAFF | OWNER)</span>"),
            "{html}"
        );
    }

    #[test]
    fn fields_nest() {
        let document = json!({"Price": {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "integer", "description": "In <minor> units"}}}});
        let schema = json!({"type": "object", "properties": {"price": {"$ref": "#/Price"}}});
        let html = fields(&schema, &document);
        assert!(
            html.contains("<code>price</code> <span class=\"type\">Price, optional</span>"),
            "{html}"
        );
        assert!(html.contains("In &lt;minor&gt; units"), "{html}");
        assert_eq!(
            fields(&json!({"type": "string"}), &document),
            "<p><span class=\"type\">string</span></p>"
        );
    }
}
