//! Puts the document together, and adds to every route what all routes of its kind have in common.

use std::iter;

use http::Method;
use serde_json::json;
use stoa_core::{Feature, FieldError};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, InfoBuilder, OpenApi, OpenApiBuilder, Tag,
        extensions::Extensions,
        path::{Operation, PathItem},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use super::{FEATURE, PAGES, PERMISSION, SIGNED_IN, filled, problems, serve};
use crate::{Module, Problem, cookies};

const SESSION: &str = "session";
const BEARER: &str = "bearer";
const DESCRIPTION: &str = "\
One platform, many businesses. The business is named by the host, `https://{slug}.{base}/api/…`, by the path, \
`/api/tenant/{slug}/…`, or by the header `X-Tenant-ID` with a slug or an id; ways that disagree are 400 \
`tenant.ambiguous`.

Failures are problem details (RFC 9457) with a `code` that never changes. Lists take `sort`, `limit` and `after` beside \
their filters, and answer `items` and `next`; a parameter that a list does not know is 422. Money is in minor units with \
its currency, instants are RFC 3339 in UTC, ids are TypeIDs.";

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
    filled::fill(&mut document);
    document.extensions = Some(Extensions::from_iter([(PAGES, pages(modules))]));
    document
}

fn components() -> Components {
    let mut components = Components::new();
    components.responses.extend(problems::responses());
    components.schemas.insert("Problem".to_owned(), Problem::schema());
    let mut schemas = vec![(FieldError::name().into_owned(), FieldError::schema())];
    <Problem<'_> as ToSchema>::schemas(&mut schemas);
    components.schemas.extend(schemas);
    let session =
        ApiKeyValue::with_description(cookies::SESSION, "A session of the console, on its host only.");
    let session = SecurityScheme::ApiKey(ApiKey::Cookie(session));
    components
        .security_schemes
        .insert(SESSION.to_owned(), session.into());
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "An access token of `POST /api/auth/token`, or an API key, `stoa_…`, in its own business; on every host.",
        ))
        .build();
    components
        .security_schemes
        .insert(BEARER.to_owned(), SecurityScheme::Http(bearer).into());
    components
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
    let asks_session = extensions.contains_key(PERMISSION) || extensions.contains_key(SIGNED_IN);
    operation.security = Some(match asks_session {
        true => [SESSION, BEARER]
            .map(|scheme| SecurityRequirement::new(scheme, iter::empty::<String>()))
            .into(),
        false => Vec::new(),
    });
    problems::add(operation, asks_session);
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
