//! Reads and writes tenants.

use stoa_core::{Slug, TenantId, Timestamp};
use stoa_db::{DbResult, FromRow, PlatformCx, Row, control_sql};

use crate::{Status, Tenant, TenantError};

pub(crate) async fn insert_tenant(cx: &mut PlatformCx, tenant: &Tenant) -> Result<(), TenantError> {
    let inserted = cx
        .sql(control_sql!(
            "INSERT INTO tenants (id, slug, name, email, is_admin, status, kind, currency, locale, time_zone,
                 features, primary_site, created_at, updated_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
        ))
        .bind(tenant.id)
        .bind(&tenant.slug)
        .bind(&tenant.name)
        .bind(&tenant.email)
        .bind(tenant.is_admin)
        .bind(tenant.status.as_str())
        .bind(tenant.kind.as_str())
        .bind(tenant.currency)
        .bind(tenant.locale.as_str())
        .bind(tenant.time_zone.as_str())
        .bind(&tenant.features)
        .bind(tenant.primary_site)
        .bind(tenant.created_at)
        .bind(tenant.updated_at)
        .bind(tenant.version)
        .execute()
        .await;
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if error.violates("tenants_slug_key") => Err(TenantError::SlugTaken),
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn tenant(cx: &mut PlatformCx, id: TenantId) -> DbResult<Option<Tenant>> {
    cx.sql(control_sql!(
        "SELECT id, slug, name, email, is_admin, status, kind, currency, locale, time_zone, features,
             primary_site, created_at, updated_at, version
         FROM tenants WHERE id = $1"
    ))
    .bind(id)
    .optional()
    .await
}

/// As [`tenant`], held until the unit of work ends.
pub(crate) async fn lock_tenant(cx: &mut PlatformCx, id: TenantId) -> DbResult<Option<Tenant>> {
    cx.sql(control_sql!(
        "SELECT id, slug, name, email, is_admin, status, kind, currency, locale, time_zone, features,
             primary_site, created_at, updated_at, version
         FROM tenants WHERE id = $1 FOR UPDATE"
    ))
    .bind(id)
    .optional()
    .await
}

pub(crate) async fn id_by_slug(cx: &mut PlatformCx, slug: &Slug) -> DbResult<Option<TenantId>> {
    let found: Option<(TenantId,)> = cx
        .sql(control_sql!("SELECT id FROM tenants WHERE slug = $1"))
        .bind(slug)
        .optional()
        .await?;
    Ok(found.map(|(id,)| id))
}

/// All tenants, in the order of their slugs.
pub(crate) async fn tenants(cx: &mut PlatformCx) -> DbResult<Vec<Tenant>> {
    cx.sql(control_sql!(
        "SELECT id, slug, name, email, is_admin, status, kind, currency, locale, time_zone, features,
             primary_site, created_at, updated_at, version
         FROM tenants ORDER BY slug"
    ))
    .all()
    .await
}

/// Tenants whose creation began by that time and was cut short, or is under way.
pub(crate) async fn provisioning(cx: &mut PlatformCx, begun: Timestamp) -> DbResult<Vec<Tenant>> {
    cx.sql(control_sql!(
        "SELECT id, slug, name, email, is_admin, status, kind, currency, locale, time_zone, features,
             primary_site, created_at, updated_at, version
         FROM tenants WHERE status = 'provisioning' AND created_at <= $1 ORDER BY created_at"
    ))
    .bind(begun)
    .all()
    .await
}

/// Whether this was the call that made the tenant active.
pub(crate) async fn activate(cx: &mut PlatformCx, id: TenantId) -> DbResult<bool> {
    let now = cx.now();
    let changed = cx
        .sql(control_sql!(
            "UPDATE tenants SET status = 'active', updated_at = $1, version = version + 1
             WHERE id = $2 AND status = 'provisioning'"
        ))
        .bind(now)
        .bind(id)
        .execute()
        .await?;
    Ok(changed == 1)
}

/// Whether the tenant is one whose doors can be open or shut: made, and not deleted.
pub(crate) async fn set_status(cx: &mut PlatformCx, id: TenantId, status: Status) -> DbResult<bool> {
    let now = cx.now();
    let changed = cx
        .sql(control_sql!(
            "UPDATE tenants SET status = $1, updated_at = $2, version = version + 1
             WHERE id = $3 AND status IN ('active', 'suspended')"
        ))
        .bind(status.as_str())
        .bind(now)
        .bind(id)
        .execute()
        .await?;
    Ok(changed == 1)
}

pub(crate) async fn update_features(cx: &mut PlatformCx, tenant: &Tenant) -> DbResult<()> {
    cx.sql(control_sql!(
        "UPDATE tenants SET features = $1, updated_at = $2, version = $3 WHERE id = $4"
    ))
    .bind(&tenant.features)
    .bind(tenant.updated_at)
    .bind(tenant.version)
    .bind(tenant.id)
    .execute()
    .await?;
    Ok(())
}

pub(crate) async fn update_profile(cx: &mut PlatformCx, tenant: &Tenant) -> DbResult<()> {
    cx.sql(control_sql!(
        "UPDATE tenants SET name = $1, email = $2, locale = $3, time_zone = $4, updated_at = $5, version = $6
         WHERE id = $7"
    ))
    .bind(&tenant.name)
    .bind(&tenant.email)
    .bind(tenant.locale.as_str())
    .bind(tenant.time_zone.as_str())
    .bind(tenant.updated_at)
    .bind(tenant.version)
    .bind(tenant.id)
    .execute()
    .await?;
    Ok(())
}

impl FromRow for Tenant {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            id: row.next()?,
            slug: row.next()?,
            name: row.next()?,
            email: row.next()?,
            is_admin: row.next()?,
            status: row.next()?,
            kind: row.next()?,
            currency: row.next()?,
            locale: row.next()?,
            time_zone: row.next()?,
            features: row.next()?,
            primary_site: row.next()?,
            created_at: row.next()?,
            updated_at: row.next()?,
            version: row.next()?,
        })
    }
}
