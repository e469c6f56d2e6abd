//! Puts the modules' routes together, each module's behind its feature.

use std::sync::Arc;

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use stoa_core::{ErrorKind, Feature};
use tower::ServiceExt;
use tracing::Span;

use super::resolve::{RequiredFeature, Resolved, check_feature, unless_stranger};
use crate::{ApiError, HttpState, Module, Pages, openapi};

/// What answers, by the kind of host and path.
#[derive(Debug, Clone)]
pub(crate) struct Routers {
    pub(crate) api: Router,
    /// Pages of tenants' hosts.
    pub(crate) site: Router,
    /// Pages of the platform's own hosts.
    pub(crate) console: Router,
}

/// On a response: the pattern of the route that made it.
#[derive(Debug, Clone)]
pub(crate) struct Route(Arc<str>);

impl Route {
    /// That of a response; `-` when none matched.
    pub(crate) fn of(response: &Response) -> Self {
        let route = response.extensions().get::<Self>().cloned();
        route.unwrap_or_else(|| Self(Arc::from("-")))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

pub(crate) fn mount(state: &HttpState, mut modules: Vec<Module>, console: Pages) -> Routers {
    modules.push(openapi::module(&modules));
    let fallback = modules.iter_mut().find_map(|module| module.pages.fallback.take());
    let missing = fallback
        .unwrap_or_else(|| Router::new().fallback(no_route))
        .with_state(state.clone());
    let (mut api, mut site) = (Router::new(), Router::new());
    for module in modules {
        let (routes, _) = module.routes.split_for_parts();
        api = api.merge(behind(module.feature, routes, &Refusal::Problem(state.clone())));
        site = site.merge(behind(
            module.feature,
            module.pages.router,
            &Refusal::Page(missing.clone()),
        ));
    }
    let console_missing = console
        .fallback
        .unwrap_or_else(|| Router::new().fallback(no_route));
    Routers {
        api: finished(Router::new().nest("/api", api).fallback(no_route), state),
        site: finished(site.fallback_service(missing), state),
        console: finished(console.router.merge(console_missing), state),
    }
}

/// What answers for a feature that is off.
#[derive(Clone)]
enum Refusal {
    Problem(HttpState),
    /// The page for what is not there: visitors need not know what else a business could have.
    Page(Router),
}

fn behind(feature: Option<Feature>, router: Router<HttpState>, refusal: &Refusal) -> Router<HttpState> {
    match feature {
        Some(feature) if router.has_routes() => {
            router.route_layer(middleware::from_fn_with_state((feature, refusal.clone()), gate))
        }
        _ => router,
    }
}

/// Refuses when the tenant that the request names has the feature off. Marks request and answer with the feature: where
/// the tenant comes from the session instead, the extractor checks it; a kept page is checked each time.
async fn gate(
    State((feature, refusal)): State<(Feature, Refusal)>,
    mut request: Request,
    next: Next,
) -> Response {
    let tenant = request
        .extensions()
        .get::<Resolved>()
        .and_then(|resolved| resolved.tenant.clone());
    if let Some(tenant) = tenant
        && let Err(error) = check_feature(&tenant, feature)
    {
        return match refusal {
            Refusal::Page(missing) => run(&missing, request).await,
            Refusal::Problem(state) => {
                let (parts, _) = request.into_parts();
                unless_stranger(error, &parts, &state, &tenant)
                    .await
                    .into_response()
            }
        };
    }
    request.extensions_mut().insert(RequiredFeature(feature));
    let mut response = next.run(request).await;
    response.extensions_mut().insert(RequiredFeature(feature));
    response
}

pub(crate) async fn run(router: &Router, request: Request) -> Response {
    match router.clone().oneshot(request).await {
        Ok(response) => response,
        Err(impossible) => match impossible {},
    }
}

fn finished(router: Router<HttpState>, state: &HttpState) -> Router {
    router
        .method_not_allowed_fallback(no_method)
        .layer(middleware::from_fn(note_route))
        .with_state(state.clone())
}

async fn no_route() -> ApiError {
    nothing_here()
}

/// One answer for a route that is not and for one that is not on this host.
pub(crate) fn nothing_here() -> ApiError {
    ApiError::new(ErrorKind::NotFound, "request.not_found", "There is nothing here.")
}

async fn no_method() -> ApiError {
    ApiError::with_status(
        StatusCode::METHOD_NOT_ALLOWED,
        "request.method",
        "This does not take that method.",
    )
}

/// Tells the log which route it was; the path itself may hold what no log should.
async fn note_route(path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let Some(path) = path else {
        return next.run(request).await;
    };
    Span::current().record("route", path.as_str());
    let mut response = next.run(request).await.into_response();
    response.extensions_mut().insert(Route(path.as_str().into()));
    response
}
