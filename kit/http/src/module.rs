//! What a module adds to the platform, in one value.

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::MethodRouter,
};
use futures_util::future::BoxFuture;
use serde_json::Value;
use stoa_core::{ErrorKind, Feature};
use stoa_db::{Cx, DbResult, Migrations};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{ApiError, HttpState, Resolved, openapi};

/// All that a module adds.
pub struct Module {
    pub name: &'static str,
    /// The feature that its routes and pages are behind; none for what every tenant has.
    pub feature: Option<Feature>,
    pub permissions: &'static [&'static str],
    pub migrations: Migrations,
    /// Routes of the API. Their paths stand on the handlers and start with `/api`.
    pub routes: OpenApiRouter<HttpState>,
    /// Pages of public websites.
    pub pages: Pages,
    /// What it can show on a home page.
    pub sections: Vec<Section>,
}

/// A part of a home page: a name that templates know, and how its data is read.
#[derive(Debug, Clone)]
pub struct Section {
    pub name: &'static str,
    pub feature: Option<Feature>,
    pub load: for<'a> fn(&'a mut Cx) -> BoxFuture<'a, DbResult<Value>>,
}

/// A public page: it needs no credentials, and says why.
#[derive(Debug, Clone, Copy)]
pub struct PageRoute {
    pub method: &'static str,
    pub path: &'static str,
    pub reason: &'static str,
    pub feature: Option<Feature>,
}

/// The public pages of a module.
#[derive(Default)]
pub struct Pages {
    router: Router<HttpState>,
    routes: Vec<PageRoute>,
}

impl Pages {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a page: the methods it answers, such as `GET, POST`, and why anybody may call it.
    #[must_use]
    pub fn page(
        mut self,
        methods: &[&'static str],
        path: &'static str,
        reason: &'static str,
        handler: MethodRouter<HttpState>,
    ) -> Self {
        self.router = self.router.route(path, handler);
        self.routes.extend(methods.iter().map(|method| PageRoute {
            method,
            path,
            reason,
            feature: None,
        }));
        self
    }
}

/// All modules, put together.
pub struct Mounted {
    pub api: Router<HttpState>,
    pub pages: Router<HttpState>,
    pub page_routes: Vec<PageRoute>,
    pub openapi: OpenApi,
}

/// Puts the modules' routes together, each behind its feature.
#[must_use]
pub fn mount(modules: Vec<Module>) -> Mounted {
    let mut mounted = Mounted {
        api: Router::new(),
        pages: Router::new(),
        page_routes: Vec::new(),
        openapi: openapi::document(),
    };
    for module in modules {
        let (routes, mut described) = module.routes.split_for_parts();
        openapi::mark_feature(&mut described, module.feature);
        mounted.openapi.merge(described);
        mounted.api = mounted.api.merge(behind(routes, module.feature));
        mounted.pages = mounted.pages.merge(behind(module.pages.router, module.feature));
        let feature = module.feature;
        mounted.page_routes.extend(
            module
                .pages
                .routes
                .into_iter()
                .map(|page| PageRoute { feature, ..page }),
        );
    }
    openapi::complete(&mut mounted.openapi);
    mounted
}

fn behind(router: Router<HttpState>, feature: Option<Feature>) -> Router<HttpState> {
    match feature {
        Some(feature) if router.has_routes() => {
            router.route_layer(from_fn_with_state(feature, require_feature))
        }
        _ => router,
    }
}

/// Refuses what a tenant has not switched on. A request that names no tenant is refused by its extractor.
async fn require_feature(State(feature): State<Feature>, request: Request, next: Next) -> Response {
    let off = request
        .extensions()
        .get::<Resolved>()
        .and_then(|resolved| resolved.tenant.as_ref())
        .is_some_and(|tenant| !tenant.features.contains(feature));
    if off {
        let detail = format!("the feature {feature} is not switched on for this business");
        return ApiError::new(ErrorKind::Forbidden, "feature.disabled", detail).into_response();
    }
    next.run(request).await
}

impl std::fmt::Debug for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Module")
            .field("name", &self.name)
            .field("feature", &self.feature)
            .finish_non_exhaustive()
    }
}
