//! Which parts of the platform a business has.

use serde::Serialize;
use stoa_core::FeatureSet;
use stoa_http::{ApiError, Json, Scope};
use utoipa::ToSchema;

use crate::permissions::FeaturesRead;

#[derive(Serialize, ToSchema)]
pub(crate) struct FeaturesView {
    /// Those that are on.
    #[schema(example = json!(["cms", "ecommerce"]))]
    features: FeatureSet,
}

/// The features that are on. All others answer 403 `feature.disabled`.
#[utoipa::path(
    get, path = "/features", tag = "tenants",
    responses((status = 200, body = FeaturesView)),
    extensions(("x-permission" = json!("features.read"))),
)]
pub(crate) async fn show(scope: Scope<FeaturesRead>) -> Result<Json<FeaturesView>, ApiError> {
    Ok(Json(FeaturesView {
        features: scope.tenant.features.clone(),
    }))
}
