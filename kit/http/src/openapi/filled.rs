//! Writes an example into every body, out of those that its fields have.

use serde_json::Value;
use utoipa::openapi::{Content, OpenApi, RefOr};

use super::{assemble::operations_mut, example::example};

/// Bodies that are sent, and answers that are no failures: those have examples already.
pub(super) fn fill(document: &mut OpenApi) {
    let described = serde_json::to_value(&*document).unwrap_or_default();
    for item in document.paths.paths.values_mut() {
        for (_, operation) in operations_mut(item) {
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                body.content
                    .values_mut()
                    .for_each(|content| add(content, &described));
            }
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    response
                        .content
                        .values_mut()
                        .for_each(|content| add(content, &described));
                }
            }
        }
    }
}

fn add(content: &mut RefOr<Content>, document: &Value) {
    let RefOr::T(content) = content else { return };
    let has_none = content.example.is_none() && content.examples.is_empty();
    if let Some(schema) = content.schema.as_ref().filter(|_| has_none) {
        let schema = serde_json::to_value(schema).unwrap_or_default();
        content.example = Some(example(&schema, document));
    }
}
