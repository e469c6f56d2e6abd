//! The API's description (OpenAPI 3.1), gathered from the modules and completed with what every route has.

use std::fmt::Write as _;

use serde_json::{Value, json};
use stoa_core::Feature;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, ContentBuilder, Info, OpenApi, OpenApiBuilder, Ref, ResponseBuilder,
        path::{Operation, PathItem},
        security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme},
    },
};

use crate::{Problem, SESSION_COOKIE};

const PERMISSION: &str = "x-permission";
const PUBLIC: &str = "x-public";
const SIGNED_IN: &str = "x-signed-in";
const FEATURE: &str = "x-feature";
const SESSION: &str = "session";

/// Who may call a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// A member who holds this permission.
    Permission(String),
    /// Anybody, for this reason.
    Public(String),
    /// Anybody who is signed in, for this reason.
    SignedIn(String),
    /// The route does not say; a test refuses it.
    Unsaid,
}

/// One route of the API.
#[derive(Debug, Clone)]
pub struct Route {
    pub method: String,
    pub path: String,
    pub access: Access,
    pub feature: Option<String>,
}

pub(crate) fn document() -> OpenApi {
    let info = Info::builder()
        .title("Stoa")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "One roof, many merchants: websites, shops and staff of thousands of small businesses.",
        ))
        .build();
    OpenApiBuilder::new().info(info).build()
}

/// Notes on each route which feature it is behind.
pub(crate) fn mark_feature(document: &mut OpenApi, feature: Option<Feature>) {
    let Some(feature) = feature else { return };
    for operation in document.paths.paths.values_mut().flat_map(operations_mut) {
        operation
            .extensions
            .get_or_insert_default()
            .insert(FEATURE.to_owned(), feature.key().into());
    }
}

/// Adds what every route has: how to sign in, and the shape of errors.
pub(crate) fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_with(Components::new);
    let cookie = ApiKey::Cookie(ApiKeyValue::with_description(
        SESSION_COOKIE,
        "Set by signing in; honoured on the console's host only.",
    ));
    components.add_security_scheme(SESSION, SecurityScheme::ApiKey(cookie));
    components
        .schemas
        .insert(Problem::name().into_owned(), Problem::schema());
    let mut referred = Vec::new();
    Problem::schemas(&mut referred);
    components.schemas.extend(referred);
    let problem = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(Problem::name())))
        .build();
    let answer = ResponseBuilder::new()
        .description("What went wrong, with a code that never changes")
        .content("application/problem+json", problem)
        .build();
    for operation in document.paths.paths.values_mut().flat_map(operations_mut) {
        operation
            .responses
            .responses
            .entry("default".to_owned())
            .or_insert_with(|| answer.clone().into());
        let public = operation
            .extensions
            .as_ref()
            .is_some_and(|extensions| extensions.contains_key(PUBLIC));
        if !public {
            operation.security = Some(vec![SecurityRequirement::new(SESSION, Vec::<String>::new())]);
        }
    }
}

fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
    ]
    .into_iter()
    .filter_map(Option::as_mut)
}

/// Every route that the document describes, by path and method.
#[must_use]
pub fn routes(document: &OpenApi) -> Vec<Route> {
    let mut routes = Vec::new();
    for (path, item) in &document.paths.paths {
        for (method, operation) in [
            ("DELETE", &item.delete),
            ("GET", &item.get),
            ("PATCH", &item.patch),
            ("POST", &item.post),
            ("PUT", &item.put),
        ] {
            let Some(operation) = operation else { continue };
            routes.push(Route {
                method: method.to_owned(),
                path: path.clone(),
                access: access(operation),
                feature: extension(operation, FEATURE),
            });
        }
    }
    routes
}

fn access(operation: &Operation) -> Access {
    let given = |key| extension(operation, key);
    given(PERMISSION)
        .map(Access::Permission)
        .or_else(|| given(PUBLIC).map(Access::Public))
        .or_else(|| given(SIGNED_IN).map(Access::SignedIn))
        .unwrap_or(Access::Unsaid)
}

fn extension(operation: &Operation, key: &str) -> Option<String> {
    operation
        .extensions
        .as_ref()?
        .get(key)?
        .as_str()
        .map(str::to_owned)
}

/// The one screen that shows all routes: method, path, who may call, behind which feature.
#[must_use]
pub fn routes_table(document: &OpenApi) -> String {
    let mut table = String::new();
    for route in routes(document) {
        let access = match route.access {
            Access::Permission(permission) => permission,
            Access::Public(reason) => format!("public: {reason}"),
            Access::SignedIn(reason) => format!("signed in: {reason}"),
            Access::Unsaid => "?".to_owned(),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            table,
            "{:<6} {:<64} {:<10} {access}",
            route.method,
            route.path,
            route.feature.as_deref().unwrap_or("-")
        );
    }
    table
}

/// The document as JSON.
#[must_use]
pub(crate) fn to_json(document: &OpenApi) -> Value {
    serde_json::to_value(document).unwrap_or_else(|_| json!({}))
}
