//! Makes an API key that may do no more than whoever makes it.

use stoa_core::{TenantId, Timestamp, Token, UserId};
use stoa_db::PlatformCx;
use stoa_http::PermissionSet;

use crate::{
    IdentityError,
    domain::api_key::{ApiKey, ApiKeyName},
    events::ApiKeyCreated,
    store::api_keys::ApiKeys,
};

#[derive(Debug)]
pub(crate) struct CreateApiKey {
    pub(crate) name: ApiKeyName,
    pub(crate) permissions: Vec<String>,
    pub(crate) expires_at: Option<Timestamp>,
}

/// The key, and the secret that is shown once.
#[derive(Debug)]
pub(crate) struct CreatedApiKey {
    pub(crate) key: ApiKey,
    pub(crate) token: Token,
    pub(crate) event: ApiKeyCreated,
}

/// `held` is what `by` may do in the tenant.
pub(crate) async fn create_api_key(
    cx: &mut PlatformCx,
    tenant: TenantId,
    by: UserId,
    held: &PermissionSet,
    command: CreateApiKey,
) -> Result<CreatedApiKey, IdentityError> {
    if !command.permissions.iter().all(|key| held.contains(key)) {
        return Err(IdentityError::BeyondOwnPermissions);
    }
    let token = Token::random();
    let key = ApiKey {
        id: cx.new_id(),
        tenant,
        name: command.name.to_string(),
        permissions: command.permissions,
        created_by: by,
        created_at: cx.now(),
        expires_at: command.expires_at,
        last_used_at: None,
    };
    ApiKeys::insert(cx, &key, token.hash()).await?;
    let event = ApiKeyCreated {
        key: key.id,
        tenant,
        permissions: key.permissions.clone(),
        expires_at: key.expires_at,
    };
    cx.record(&event);
    Ok(CreatedApiKey { key, token, event })
}
