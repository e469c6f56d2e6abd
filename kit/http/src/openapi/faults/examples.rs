//! Which parameters, bodies and fields have no example: whoever reads the description should see what they look like.

use serde_json::Value;
use utoipa::openapi::OpenApi;

pub(super) fn missing(document: &OpenApi) -> Vec<String> {
    let document = serde_json::to_value(document).unwrap_or_default();
    let mut faults = Vec::new();
    for (path, item) in entries(&document["paths"]) {
        for (method, operation) in entries(item) {
            let route = format!("{} {path}", method.to_uppercase());
            of_operation(&route, operation, &mut faults);
        }
    }
    for (name, schema) in entries(&document["components"]["schemas"]) {
        of_schema(name, schema, &mut faults);
    }
    faults
}

fn of_operation(route: &str, operation: &Value, faults: &mut Vec<String>) {
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        if !has_example(parameter) {
            let name = parameter["name"].as_str().unwrap_or_default();
            of_schema(&format!("{route}: {name}"), &parameter["schema"], faults);
        }
    }
    let succeeds = |status: &str| status.starts_with('2') || status.starts_with('3');
    let mut answers = entries(&operation["responses"]).filter(|(status, _)| succeeds(status));
    let Some((_, answer)) = answers.next() else {
        faults.push(format!("{route} says no answer that is no failure"));
        return;
    };
    let bodies = entries(&answer["content"]).chain(entries(&operation["requestBody"]["content"]));
    for (media_type, content) in bodies {
        let has_schema = media_type == "application/json" && !content["schema"].is_null();
        if has_schema && content["example"].is_null() && content["examples"].is_null() {
            faults.push(format!("{route} has a body in JSON without an example"));
        }
    }
}

/// References are seen to where they lead.
fn of_schema(place: &str, schema: &Value, faults: &mut Vec<String>) {
    if has_example(schema) || !schema["$ref"].is_null() {
        return;
    }
    let parts = ["oneOf", "anyOf", "allOf"].map(|name| schema[name].as_array());
    let (properties, items) = (schema["properties"].as_object(), schema["items"].as_object());
    for part in parts.iter().flatten().copied().flatten() {
        of_schema(place, part, faults);
    }
    for (name, property) in properties.into_iter().flatten() {
        of_schema(&format!("{place}.{name}"), property, faults);
    }
    if items.is_some() {
        of_schema(place, &schema["items"], faults);
    }
    let is_composed = parts.iter().any(Option::is_some) || properties.is_some() || items.is_some();
    if !is_composed && !shows_itself(schema) {
        faults.push(format!("{place} has no example"));
    }
}

fn has_example(described: &Value) -> bool {
    ["example", "examples", "default", "const", "enum"]
        .iter()
        .any(|name| !described[*name].is_null())
}

/// Whether the kind of value alone says what it looks like, or nothing can: an object of any fields says in words what
/// decides them.
fn shows_itself(schema: &Value) -> bool {
    let is = |name: &str| match &schema["type"] {
        Value::Array(types) => types.iter().any(|kind| kind == name),
        kind => kind == name,
    };
    let has_known_format = ["date-time", "date", "uuid", "binary"]
        .iter()
        .any(|format| schema["format"] == *format);
    has_known_format || is("boolean") || is("object") || schema["type"] == "null"
}

fn entries(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}
