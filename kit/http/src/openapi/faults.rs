//! What is wrong with the modules' descriptions of their routes; a test asks that it is nothing.

mod examples;

use std::collections::BTreeMap;

use super::{PERMISSION, PUBLIC, SIGNED_IN, assemble::operations, document};
use crate::Module;

/// Routes without exactly one of `x-permission`, `x-public` and `x-signed-in`, permissions that no module declares,
/// routes without a summary or an answer, parameters and fields without an example, and schemas of one name and different
/// content.
#[must_use]
pub fn faults(modules: &[Module]) -> Vec<String> {
    let declared: Vec<&str> = modules
        .iter()
        .flat_map(|module| module.permissions.iter().copied())
        .collect();
    let mut faults = Vec::new();
    for module in modules {
        for (path, item) in &module.routes.get_openapi().paths.paths {
            for (method, operation) in operations(item) {
                let route = format!("{method} {path}");
                let mark = |name| {
                    operation
                        .extensions
                        .as_ref()
                        .and_then(|all| all.get(name)?.as_str())
                };
                let marks = [mark(PERMISSION), mark(PUBLIC), mark(SIGNED_IN)];
                if marks.iter().flatten().count() != 1 {
                    faults.push(format!(
                        "{route} needs one of {PERMISSION}, {PUBLIC} and {SIGNED_IN}"
                    ));
                }
                if let Some(permission) = marks[0].filter(|key| !declared.contains(key)) {
                    faults.push(format!("{route} asks for {permission}, which no module declares"));
                }
                if operation.summary.as_deref().unwrap_or_default().is_empty() {
                    faults.push(format!("{route} has no summary: give its handler a doc comment"));
                }
            }
        }
    }
    faults.extend(clashes(modules));
    faults.extend(examples::missing(&document(modules)));
    faults
}

fn clashes(modules: &[Module]) -> Vec<String> {
    let mut seen = BTreeMap::new();
    let mut faults = Vec::new();
    for module in modules {
        let Some(components) = &module.routes.get_openapi().components else {
            continue;
        };
        for (name, schema) in &components.schemas {
            let (owner, first) = seen.entry(name).or_insert((module.name, schema));
            if *first != schema {
                faults.push(format!(
                    "{owner} and {} have different schemas called {name}",
                    module.name
                ));
            }
        }
    }
    faults
}
