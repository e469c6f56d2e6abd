//! What anybody may know of one business that they can name. There is no list.

use axum::extract::State;
use serde::Serialize;
use stoa_core::{FeatureSet, TenantId};
use stoa_http::{ApiError, HttpState, Json, Path, TenantSnapshot, TenantStatus};
use utoipa::ToSchema;

use crate::TenantError;

#[derive(Serialize, ToSchema)]
pub(crate) struct BootstrapView {
    id: TenantId,
    #[schema(example = "dhaka-silk")]
    slug: String,
    #[schema(example = "Dhaka Silk House")]
    name: String,
    features: FeatureSet,
    /// `active` or `suspended`.
    #[schema(example = "active")]
    status: &'static str,
}

/// A business by id or slug: its name, features and status, and nothing else.
#[utoipa::path(
    get, path = "/tenants/{tenant}", tag = "tenants",
    params(("tenant" = String, Path, description = "Id or slug", example = "dhaka-silk")),
    responses(
        (status = 200, body = BootstrapView),
        (status = 404, description = "`tenant.not_found`"),
    ),
    extensions(("x-public" = json!("a sign-in page shows whose it is"))),
)]
pub(crate) async fn show(
    State(state): State<HttpState>,
    Path(tenant): Path<String>,
) -> Result<Json<BootstrapView>, ApiError> {
    let found = match tenant.parse::<TenantId>() {
        Ok(id) => state.directory().tenant_by_id(id).await?,
        Err(_) => state.directory().tenant_by_slug(&tenant).await?,
    };
    let view = found
        .as_deref()
        .and_then(BootstrapView::of)
        .ok_or(TenantError::NotFound)?;
    Ok(Json(view))
}

impl BootstrapView {
    /// A business whose creation is not finished is none yet.
    fn of(tenant: &TenantSnapshot) -> Option<Self> {
        let status = match tenant.status {
            TenantStatus::Active => "active",
            TenantStatus::Suspended => "suspended",
            TenantStatus::Provisioning => return None,
        };
        Some(Self {
            id: tenant.id,
            slug: tenant.slug.clone(),
            name: tenant.name.clone(),
            features: tenant.features.clone(),
            status,
        })
    }
}
