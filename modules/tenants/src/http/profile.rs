//! What a business says about itself.

use serde::{Deserialize, Serialize};
use stoa_core::{Currency, Email, FieldErrors, TenantId, Text, Timestamp};
use stoa_http::{ApiError, Json, Scope};
use utoipa::ToSchema;

use crate::{
    Locale, Tenant, TenantError, ZoneName,
    domain::tenant::ProfileChange,
    permissions::{ProfileRead, ProfileWrite},
    service::change_profile::change_profile,
    store::tenants,
};

#[derive(Serialize, ToSchema)]
pub(crate) struct ProfileView {
    id: TenantId,
    #[schema(example = "dhaka-silk")]
    slug: String,
    #[schema(example = "Dhaka Silk House")]
    name: String,
    #[schema(value_type = String, example = "ada@example.org")]
    email: Email,
    #[schema(example = "store")]
    kind: &'static str,
    #[schema(value_type = String, example = "BDT")]
    currency: Currency,
    #[schema(example = "bn-BD")]
    locale: String,
    #[schema(example = "Asia/Dhaka")]
    time_zone: String,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Sent back with a change.
    #[schema(example = 2)]
    version: i64,
}

/// What is to be different. The currency is fixed and cannot be named.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeProfile {
    #[schema(example = "Dhaka Silk House")]
    name: Option<String>,
    #[schema(example = "hello@dhaka-silk.example")]
    email: Option<String>,
    #[schema(example = "bn-BD")]
    locale: Option<String>,
    #[schema(example = "Asia/Dhaka")]
    time_zone: Option<String>,
    /// The version that was read before the change.
    #[schema(example = 2)]
    version: i64,
}

/// The business's profile.
#[utoipa::path(
    get, path = "/profile", tag = "tenants",
    responses((status = 200, body = ProfileView)),
    extensions(("x-permission" = json!("profile.read"))),
)]
pub(crate) async fn show(scope: Scope<ProfileRead>) -> Result<Json<ProfileView>, ApiError> {
    let mut cx = scope.platform_read().await?;
    let tenant = tenants::tenant(&mut cx, scope.tenant.id)
        .await?
        .ok_or(TenantError::NotFound)?;
    Ok(Json(tenant.into()))
}

/// Changes the business's profile.
#[utoipa::path(
    patch, path = "/profile", tag = "tenants", request_body = ChangeProfile,
    responses(
        (status = 200, body = ProfileView),
        (status = 409, description = "`tenant.stale`"),
    ),
    extensions(("x-permission" = json!("profile.write"))),
)]
pub(crate) async fn change(
    scope: Scope<ProfileWrite>,
    Json(body): Json<ChangeProfile>,
) -> Result<Json<ProfileView>, ApiError> {
    let change = body.parse()?;
    let mut cx = scope.platform_begin().await?;
    let (tenant, event) = change_profile(&mut cx, scope.tenant.id, change).await?;
    cx.commit().await?;
    scope.store().mirror(&event).await;
    Ok(Json(tenant.into()))
}

impl ChangeProfile {
    fn parse(self) -> Result<ProfileChange, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.check("name", self.name.as_deref().map(Text::parse).transpose());
        let email = errors.check("email", self.email.as_deref().map(Email::parse).transpose());
        let locale = errors.check("locale", self.locale.as_deref().map(Locale::parse).transpose());
        let time_zone = errors.check(
            "time_zone",
            self.time_zone.as_deref().map(ZoneName::parse).transpose(),
        );
        let (name, email, locale, time_zone) = errors.finish((name, email, locale, time_zone))?;
        Ok(ProfileChange {
            name,
            email,
            locale,
            time_zone,
            version: self.version,
        })
    }
}

impl From<Tenant> for ProfileView {
    fn from(tenant: Tenant) -> Self {
        Self {
            id: tenant.id,
            slug: tenant.slug.into_string(),
            name: tenant.name.into_string(),
            email: tenant.email,
            kind: tenant.kind.as_str(),
            currency: tenant.currency,
            locale: tenant.locale.as_str().to_owned(),
            time_zone: tenant.time_zone.as_str().to_owned(),
            created_at: tenant.created_at,
            updated_at: tenant.updated_at,
            version: tenant.version,
        }
    }
}
