//! The keys by which programs of a tenant come in.

use axum::Extension;
use serde::{Deserialize, Serialize};
use stoa_core::{ApiKeyId, FieldErrors, Timestamp, UserId};
use stoa_http::{
    API_KEY_PREFIX, ApiError, Created, Json, List, Listing, NoContent, Page, Path, PermissionSet, Scope,
};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Identity, IdentityError,
    domain::api_key::{ApiKey, ApiKeyName, check_end},
    events::ApiKeyRevoked,
    permissions::{ApiKeysRead, ApiKeysWrite},
    service::create_api_key::{CreateApiKey, CreatedApiKey, create_api_key},
    store::api_keys::ApiKeys,
};

/// There are fewer.
const MAX_PERMISSIONS: usize = 100;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewApiKey {
    /// What it is for, up to 80 characters.
    #[schema(example = "Warehouse")]
    name: String,
    /// What it may do, a hundred at most; none that its maker may not.
    #[schema(example = json!(["orders.read", "products.read"]))]
    permissions: Vec<String>,
    /// Until when it counts; without it, until it is revoked.
    #[schema(example = "2027-11-21T00:00:00Z")]
    expires_at: Option<String>,
}

/// An API key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiKeyView {
    id: ApiKeyId,
    #[schema(example = "Warehouse")]
    name: String,
    #[schema(example = json!(["orders.read", "products.read"]))]
    permissions: Vec<String>,
    created_by: UserId,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    /// To the hour.
    last_used_at: Option<Timestamp>,
}

/// An API key with its secret, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedApiKeyView {
    #[serde(flatten)]
    api_key: ApiKeyView,
    /// To be sent as `Authorization: Bearer stoa_…`.
    #[schema(example = "stoa_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    key: String,
}

/// Which API keys.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ApiKeysQuery {
    /// Those that this person made.
    #[param(example = "usr_01kag2w3x4e5f6g7h8j9k0m1n2")]
    created_by: Option<String>,
}

/// Which API keys there are, in the order they were made. Their secrets are not kept.
#[utoipa::path(
    get, path = "/api-keys", tag = "API keys", params(List<ApiKeysQuery>),
    responses((status = 200, body = Page<ApiKeyView>)),
    extensions(("x-permission" = json!("api_keys.read"))),
)]
pub(crate) async fn list(
    scope: Scope<ApiKeysRead>,
    list: List<ApiKeysQuery>,
) -> Result<Json<Page<ApiKeyView>>, ApiError> {
    let mut cx = scope.platform_read().await?;
    let keys = ApiKeys::of_tenant(&mut cx, scope.tenant.id, list.filter, &list.stretch).await?;
    Ok(Json(list.page(keys).map(ApiKeyView::from)))
}

/// Makes an API key for this business. It may do no more than whoever makes it, and its secret is shown this once.
#[utoipa::path(
    post, path = "/api-keys", tag = "API keys", request_body = NewApiKey,
    responses(
        (status = 201, body = CreatedApiKeyView),
        (status = 403, description = "`identity.beyond_own_permissions`, `auth.person_required`"),
    ),
    extensions(("x-permission" = json!("api_keys.write"))),
)]
pub(crate) async fn create(
    scope: Scope<ApiKeysWrite>,
    Extension(identity): Extension<Identity>,
    Json(body): Json<NewApiKey>,
) -> Result<Created<CreatedApiKeyView>, ApiError> {
    let by = scope.user()?;
    let command = body.parse(&identity, scope.state().clock().now())?;
    let mut cx = scope.platform_begin().await?;
    let created = create_api_key(&mut cx, scope.tenant.id, by, &scope.permissions, command).await?;
    cx.commit().await?;
    scope.store().mirror(&created.event).await;
    Ok(Created(created.into()))
}

/// Revokes an API key. Its next request is denied.
#[utoipa::path(
    delete, path = "/api-keys/{id}", tag = "API keys",
    params(("id" = ApiKeyId, Path, description = "One of the business's API keys")),
    responses(
        (status = 204, description = "Revoked"),
        (status = 404, description = "`identity.api_key_not_found`"),
    ),
    extensions(("x-permission" = json!("api_keys.write"))),
)]
pub(crate) async fn revoke(
    scope: Scope<ApiKeysWrite>,
    Extension(identity): Extension<Identity>,
    Path(id): Path<ApiKeyId>,
) -> Result<NoContent, ApiError> {
    let mut cx = scope.platform_begin().await?;
    let revoked = ApiKeys::delete(&mut cx, scope.tenant.id, id).await?;
    let revoked = revoked.ok_or(IdentityError::ApiKeyNotFound)?;
    let event = ApiKeyRevoked {
        key: id,
        tenant: scope.tenant.id,
    };
    cx.record(&event);
    cx.commit().await?;
    identity.forget_api_key(&revoked);
    scope.store().mirror(&event).await;
    Ok(NoContent)
}

impl Listing for ApiKeysQuery {
    const SORTS: &'static [&'static str] = &["created_at", "-created_at"];
    type Filter = Option<UserId>;
    type Item = ApiKey;
    type Key = ApiKeyId;

    fn filter(self) -> Result<Option<UserId>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let by = self.created_by.as_deref().map(str::parse).transpose();
        let by = errors.check("created_by", by);
        errors.finish((by,)).map(|(by,)| by)
    }

    fn key(key: &ApiKey, _: &str) -> ApiKeyId {
        key.id
    }
}

impl NewApiKey {
    fn parse(self, identity: &Identity, now: Timestamp) -> Result<CreateApiKey, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.check("name", ApiKeyName::parse(&self.name));
        let expires_at = self.expires_at.map(|text| text.parse::<Timestamp>()).transpose();
        let expires_at = errors.check("expires_at", expires_at);
        check_end(&mut errors, expires_at.flatten(), now);
        let permissions = permissions(&mut errors, identity, &self.permissions);
        let (name, expires_at) = errors.finish((name, expires_at))?;
        Ok(CreateApiKey {
            name,
            permissions: permissions.iter().map(str::to_owned).collect(),
            expires_at,
        })
    }
}

/// The permissions of these names, each of which must be one's.
fn permissions(errors: &mut FieldErrors, identity: &Identity, names: &[String]) -> PermissionSet {
    if names.is_empty() {
        errors.add(
            "permissions",
            "permissions.none",
            "must name at least one permission",
        );
    }
    if names.len() > MAX_PERMISSIONS {
        let detail = format!("must name at most {MAX_PERMISSIONS} permissions");
        errors.add("permissions", "permissions.too_many", detail);
        return PermissionSet::new([]);
    }
    let known = identity.roles().named(names);
    for (place, _) in names.iter().enumerate().filter(|(_, name)| !known.contains(name)) {
        errors.add(
            format!("permissions[{place}]"),
            "permission.unknown",
            "is the name of no permission",
        );
    }
    known
}

impl From<ApiKey> for ApiKeyView {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id,
            name: key.name,
            permissions: key.permissions,
            created_by: key.created_by,
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
        }
    }
}

impl From<CreatedApiKey> for CreatedApiKeyView {
    fn from(created: CreatedApiKey) -> Self {
        Self {
            api_key: created.key.into(),
            key: format!("{API_KEY_PREFIX}{}", created.token.as_str()),
        }
    }
}
