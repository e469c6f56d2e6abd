//! Puts the document together, and adds to every route what all routes of its kind have in common.

use std::iter;

use http::Method;
use serde_json::json;
use stoa_core::{Feature, FieldError};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, Content, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, ResponseBuilder, Tag,
        extensions::Extensions,
        path::{Operation, PathItem},
        response::Response,
        security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme},
    },
};

use super::{FEATURE, PAGES, PERMISSION, SIGNED_IN, serve};
use crate::{Module, Problem, cookies};

const DESCRIPTION: &str = "\
One platform, many businesses. The business is named by the host, `https://{slug}.{base}/api/…`, by the path, \
`/api/tenant/{slug}/…`, or by the header `X-Tenant-ID` with a slug or an id; ways that disagree are 400 \
`tenant.ambiguous`.

Failures are problem details (RFC 9457) with a `code` that never changes. Lists take `limit` and `after` and answer \
`items` and `next`. Money is in minor units with its currency, instants are RFC 3339 in UTC, ids are TypeIDs.";

/// Problems that any route of a kind may answer.
const PROBLEMS: [(&str, &str, &str); 7] = [
    (
        "400",
        "BadRequest",
        "The request cannot be understood, or names two businesses.",
    ),
    ("401", "Unauthenticated", "Nobody is signed in: `auth.required`."),
    (
        "403",
        "Forbidden",
        "`auth.permission_missing`, `feature.disabled`, `tenant.suspended` or `request.cross_origin`.",
    ),
    (
        "404",
        "NotFound",
        "There is no such thing, or it is another business's: the answer is the same.",
    ),
    ("413", "TooLarge", "The body is larger than 2 MiB."),
    (
        "415",
        "UnsupportedMedia",
        "The body is not of the right media type.",
    ),
    (
        "422",
        "Invalid",
        "Some fields need another value; `errors` names all of them.",
    ),
];

/// The document of the modules' routes, the platform's own included.
#[must_use]
pub fn document(modules: &[Module]) -> OpenApi {
    let mut document = OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Stoa")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(DESCRIPTION))
                .build(),
        )
        .components(Some(components()))
        .build();
    let own = serve::bare_module();
    for module in modules.iter().chain(iter::once(&own)) {
        add_module(&mut document, module);
    }
    document.extensions = Some(Extensions::from_iter([(PAGES, pages(modules))]));
    document
}

fn components() -> Components {
    let mut components = Components::new();
    for (_, name, description) in PROBLEMS {
        components
            .responses
            .insert(name.to_owned(), problem(description).into());
    }
    components.schemas.insert("Problem".to_owned(), Problem::schema());
    let mut schemas = vec![(FieldError::name().into_owned(), FieldError::schema())];
    <Problem<'_> as ToSchema>::schemas(&mut schemas);
    components.schemas.extend(schemas);
    let session =
        ApiKeyValue::with_description(cookies::SESSION, "A session of the console, on its host only.");
    let session = SecurityScheme::ApiKey(ApiKey::Cookie(session));
    components
        .security_schemes
        .insert("session".to_owned(), session.into());
    components
}

fn problem(description: &str) -> Response {
    ResponseBuilder::new()
        .description(description)
        .content(
            "application/problem+json",
            Content::new(Some(Ref::from_schema_name("Problem"))),
        )
        .build()
}

fn add_module(document: &mut OpenApi, module: &Module) {
    let api = module.routes.get_openapi().clone();
    for (path, mut item) in api.paths.paths {
        let path = format!("/api{}", path.trim_end_matches('/'));
        for (method, operation) in operations_mut(&mut item) {
            complete(operation, &method, &path, module);
            note_tags(document.tags.get_or_insert_default(), operation);
        }
        match document.paths.paths.get_mut(&path) {
            Some(there) => there.merge_operations(item),
            None => {
                document.paths.paths.insert(path, item);
            }
        }
    }
    let components = document.components.get_or_insert_with(Components::new);
    components
        .schemas
        .extend(api.components.unwrap_or_default().schemas);
}

/// Lists the tags in the order in which they are first used.
fn note_tags(tags: &mut Vec<Tag>, operation: &Operation) {
    for tag in operation.tags.iter().flatten() {
        if tags.iter().all(|known| known.name != *tag) {
            tags.push(Tag::new(tag));
        }
    }
}

/// Adds what the route's mark, feature and shape imply.
fn complete(operation: &mut Operation, method: &Method, path: &str, module: &Module) {
    operation.tags.get_or_insert_with(|| vec![module.name.to_owned()]);
    operation.operation_id = Some(operation_id(method, path));
    let extensions = operation.extensions.get_or_insert_default();
    if let Some(feature) = module.feature {
        extensions.insert(FEATURE.to_owned(), json!(feature.key()));
    }
    let asks_permission = extensions.contains_key(PERMISSION);
    let asks_session = asks_permission || extensions.contains_key(SIGNED_IN);
    operation.security = Some(match asks_session {
        true => vec![SecurityRequirement::new("session", iter::empty::<String>())],
        false => Vec::new(),
    });
    let has_body = operation.request_body.is_some();
    let has_parameters = operation
        .parameters
        .as_ref()
        .is_some_and(|parameters| !parameters.is_empty());
    for (status, name, _) in PROBLEMS {
        let applies = match status {
            "400" => has_body || has_parameters,
            "401" => asks_session,
            "403" => asks_session || has_body || module.feature.is_some(),
            "404" => asks_permission || path.contains('{'),
            "413" | "415" | "422" => has_body,
            _ => false,
        };
        if applies && !operation.responses.responses.contains_key(status) {
            let reference = RefOr::Ref(Ref::from_response_name(name));
            operation.responses.responses.insert(status.to_owned(), reference);
        }
    }
    describe_own_problems(operation);
}

/// A failure that a handler lists by its description alone is a problem like all others.
fn describe_own_problems(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let is_failure = status.starts_with('4') || status.starts_with('5');
        if let RefOr::T(response) = response
            && is_failure
            && response.content.is_empty()
        {
            *response = problem(&response.description);
        }
    }
}

/// `get_ecommerce_products_id`: handlers of several modules may have the same name, their ids may not.
fn operation_id(method: &Method, path: &str) -> String {
    let words = path
        .trim_start_matches("/api")
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let method = method.as_str().to_ascii_lowercase();
    iter::once(method.as_str())
        .chain(words)
        .collect::<Vec<_>>()
        .join("_")
}

pub(super) fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    [
        (Method::GET, &mut item.get),
        (Method::PUT, &mut item.put),
        (Method::POST, &mut item.post),
        (Method::DELETE, &mut item.delete),
        (Method::PATCH, &mut item.patch),
        (Method::HEAD, &mut item.head),
        (Method::OPTIONS, &mut item.options),
        (Method::TRACE, &mut item.trace),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

pub(super) fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::DELETE, &item.delete),
        (Method::PATCH, &item.patch),
        (Method::HEAD, &item.head),
        (Method::OPTIONS, &item.options),
        (Method::TRACE, &item.trace),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_ref().map(|operation| (method, operation)))
}

fn pages(modules: &[Module]) -> serde_json::Value {
    let pages = modules.iter().flat_map(|module| {
        module.pages.routes.iter().map(|page| {
            json!({
                "method": page.method.as_str(),
                "path": page.path,
                "reason": page.reason,
                "feature": module.feature.map(Feature::key),
            })
        })
    });
    pages.collect()
}
