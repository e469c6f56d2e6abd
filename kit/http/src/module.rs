//! What a module adds to the platform, as one value.

use serde_json::Value;
use stoa_core::Feature;
use stoa_db::{Cx, DbResult, Migrations};
use stoa_jobs::{JobKind, PlatformJobKind};
use utoipa_axum::router::OpenApiRouter;

use crate::{BoxFuture, HttpState, Pages};

/// One capability: everything that the composition root has to know of it.
pub struct Module {
    pub name: &'static str,
    /// Without it, all that the module serves answers 403 `feature.disabled`.
    pub feature: Option<Feature>,
    pub permissions: &'static [&'static str],
    pub migrations: Migrations,
    /// The API; paths stand on the handlers, without `/api`.
    pub routes: OpenApiRouter<HttpState>,
    /// What websites show.
    pub pages: Pages,
    /// What it offers to pages of other modules.
    pub sections: Vec<Section>,
    /// What it does later for a tenant.
    pub jobs: Vec<JobKind>,
    /// What it does later for the platform as a whole.
    pub platform_jobs: Vec<PlatformJobKind>,
}

/// Data for pages that belong to another module, such as the featured products of a home page.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Under which name templates find it.
    pub name: &'static str,
    pub load: for<'a> fn(&'a mut Cx) -> BoxFuture<'a, DbResult<Value>>,
}
