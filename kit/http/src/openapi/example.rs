//! Examples from schemas: the ones written there, and plausible ones where none is.

use serde_json::{Map, Value, json};

/// Deeper than any real request; ends schemas that hold themselves.
const DEPTH: usize = 12;

/// A value of a schema; `document` is where references lead.
pub(super) fn example(schema: &Value, document: &Value) -> Value {
    of(schema, document, DEPTH)
}

/// What a schema refers to, or itself.
pub(super) fn resolve<'a>(schema: &'a Value, document: &'a Value) -> &'a Value {
    let target = schema["$ref"]
        .as_str()
        .and_then(|reference| document.pointer(reference.strip_prefix('#')?));
    target.unwrap_or(schema)
}

fn of(schema: &Value, document: &Value, depth: usize) -> Value {
    let schema = resolve(schema, document);
    let given = [
        &schema["examples"][0],
        &schema["example"],
        &schema["default"],
        &schema["const"],
        &schema["enum"][0],
    ];
    if let Some(given) = given.into_iter().find(|given| !given.is_null()) {
        return given.clone();
    }
    if depth == 0 {
        return Value::Null;
    }
    let parts = |name: &str| schema[name].as_array().filter(|parts| !parts.is_empty());
    if let Some(parts) = parts("oneOf").or_else(|| parts("anyOf")) {
        let first = parts.iter().find(|part| part["type"] != "null");
        return first.map_or(Value::Null, |part| of(part, document, depth - 1));
    }
    let mut object = Map::new();
    for part in parts("allOf").into_iter().flatten() {
        if let Value::Object(fields) = of(part, document, depth - 1) {
            object.extend(fields);
        }
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        object.insert(name.clone(), of(property, document, depth - 1));
    }
    match type_of(schema) {
        _ if !object.is_empty() => Value::Object(object),
        "array" => json!([of(&schema["items"], document, depth - 1)]),
        "object" => json!({}),
        "integer" | "number" => json!(schema["minimum"].as_i64().unwrap_or(1)),
        "boolean" => json!(true),
        "string" => json!(text(schema)),
        _ => Value::Null,
    }
}

/// The type's name, `null` aside.
pub(super) fn type_of(schema: &Value) -> &str {
    let types = schema["type"].as_array();
    let first = types.and_then(|types| {
        types
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null")
    });
    first.or_else(|| schema["type"].as_str()).unwrap_or_default()
}

fn text(schema: &Value) -> &'static str {
    match schema["format"].as_str().unwrap_or_default() {
        "date-time" => "2026-11-21T09:30:00Z",
        "date" => "2026-11-21",
        "uuid" => "01936f2e-8f2c-7000-8000-000000000000",
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(schema: Value, expected: Value) {
        let document = json!({"components": {"schemas": {
            "Id": {"type": "string", "examples": ["prd_1"]},
            "Tree": {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}},
        }}});
        assert_eq!(example(&schema, &document), expected, "{schema}");
    }

    #[test]
    fn examples_fit_their_schemas() {
        check(json!({"type": "string", "example": "a"}), json!("a"));
        check(json!({"type": ["null", "integer"]}), json!(1));
        check(json!({"$ref": "#/components/schemas/Id"}), json!("prd_1"));
        check(
            json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Id"}]}),
            json!("prd_1"),
        );
        check(
            json!({"type": "array", "items": {"type": "boolean"}}),
            json!([true]),
        );
        check(
            json!({"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}}, {"type": "object", "properties": {"b": {"type": "integer", "minimum": 5}}}]}),
            json!({"a": "text", "b": 5}),
        );
    }

    #[test]
    fn a_schema_that_holds_itself_ends() {
        let document = json!({"Tree": {"type": "object", "properties": {"left": {"$ref": "#/Tree"}}}});
        assert!(example(&json!({"$ref": "#/Tree"}), &document).is_object());
    }
}
