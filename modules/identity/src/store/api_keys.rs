//! Reads and writes API keys: by the key's hash, which finds the tenant, or by tenant.

use stoa_core::{ApiKeyId, TenantId, UserId};
use stoa_db::{DbResult, FromRow, PlatformCx, Row, Stretch, control_sql};

use crate::{domain::api_key::ApiKey, store::sessions::TokenHash};

/// The table `api_keys`; its rows belong to one tenant each.
pub(crate) struct ApiKeys;

impl ApiKeys {
    pub(crate) async fn by_token(cx: &mut PlatformCx, hash: TokenHash) -> DbResult<Option<ApiKey>> {
        cx.sql(control_sql!(
            "SELECT id, tenant_id, name, permissions, created_by, created_at, expires_at, last_used_at
             FROM api_keys WHERE token_hash = $1"
        ))
        .bind(hash)
        .optional()
        .await
    }

    /// The tenant's keys, oldest first; or, in the other order, newest first.
    pub(crate) async fn of_tenant(
        cx: &mut PlatformCx,
        tenant: TenantId,
        created_by: Option<UserId>,
        stretch: &Stretch<ApiKeyId>,
    ) -> DbResult<Vec<ApiKey>> {
        cx.sql(control_sql!(
            "SELECT id, tenant_id, name, permissions, created_by, created_at, expires_at, last_used_at
             FROM api_keys WHERE tenant_id = $1{ AND created_by = $2}{ AND {$3: id > $4 | id < $4}}
             ORDER BY {$3: id | id DESC} LIMIT $5"
        ))
        .bind(tenant)
        .bind_if(created_by)
        .choose(stretch.order)
        .bind_if(stretch.after)
        .bind(stretch.limit)
        .all()
        .await
    }

    pub(crate) async fn insert(cx: &mut PlatformCx, key: &ApiKey, hash: TokenHash) -> DbResult<()> {
        cx.sql(control_sql!(
            "INSERT INTO api_keys (id, tenant_id, token_hash, name, permissions, created_by, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        ))
        .bind(key.id)
        .bind(key.tenant)
        .bind(hash)
        .bind(key.name.as_str())
        .bind(key.permissions.join(" "))
        .bind(key.created_by)
        .bind(key.created_at)
        .bind(key.expires_at)
        .execute()
        .await?;
        Ok(())
    }

    pub(crate) async fn note_use(cx: &mut PlatformCx, tenant: TenantId, id: ApiKeyId) -> DbResult<()> {
        let now = cx.now();
        cx.sql(control_sql!(
            "UPDATE api_keys SET last_used_at = $1 WHERE tenant_id = $2 AND id = $3"
        ))
        .bind(now)
        .bind(tenant)
        .bind(id)
        .execute()
        .await?;
        Ok(())
    }

    /// Revokes a key; yields its hash.
    pub(crate) async fn delete(
        cx: &mut PlatformCx,
        tenant: TenantId,
        id: ApiKeyId,
    ) -> DbResult<Option<TokenHash>> {
        let revoked: Option<(TokenHash,)> = cx
            .sql(control_sql!(
                "DELETE FROM api_keys WHERE tenant_id = $1 AND id = $2 RETURNING token_hash"
            ))
            .bind(tenant)
            .bind(id)
            .optional()
            .await?;
        Ok(revoked.map(|(hash,)| hash))
    }
}

impl FromRow for ApiKey {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            id: row.next()?,
            tenant: row.next()?,
            name: row.next()?,
            permissions: row
                .next::<String>()?
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            created_by: row.next()?,
            created_at: row.next()?,
            expires_at: row.next()?,
            last_used_at: row.next()?,
        })
    }
}
