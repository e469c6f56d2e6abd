//! Switches parts of the platform on and off for one business. It may be repeated: a command that was killed is called once
//! more.

use stoa_core::{Actor, TenantId};
use stoa_db::{Db, PlatformCx};

use crate::{FeatureChange, Tenant, TenantError, events::FeaturesSwitched, store::tenants};

/// From the next request on, what is on can be used, and what is off is refused. Nothing that was made with a feature is
/// lost when it is switched off.
pub async fn switch_features(
    db: &Db,
    actor: Actor,
    tenant: TenantId,
    change: FeatureChange,
) -> Result<Tenant, TenantError> {
    let before = tenants::tenant(&mut db.platform_read().await?, tenant)
        .await?
        .ok_or(TenantError::NotFound)?;
    if !before.status.is_made() {
        return Err(TenantError::NotOpen);
    }
    // The tables come first: once a feature is on, anybody may want them.
    db.equip(tenant, change.on()).await?;

    let mut cx = db.platform_begin(actor.clone()).await?;
    let (changed, event) = switch(&mut cx, tenant, &change).await?;
    let Some(event) = event else { return Ok(changed) };
    cx.commit().await?;
    db.tenant(tenant, actor).mirror(&event).await;
    Ok(changed)
}

/// The tenant as it is then; with an event when that is another than it was.
async fn switch(
    cx: &mut PlatformCx,
    tenant: TenantId,
    change: &FeatureChange,
) -> Result<(Tenant, Option<FeaturesSwitched>), TenantError> {
    let mut tenant = tenants::lock_tenant(cx, tenant)
        .await?
        .ok_or(TenantError::NotFound)?;
    if !tenant.status.is_made() {
        return Err(TenantError::NotOpen);
    }
    let features = change.applied_to(&tenant.features);
    let event = FeaturesSwitched {
        tenant: tenant.id,
        on: features.without(&tenant.features),
        off: tenant.features.without(&features),
    };
    if features == tenant.features {
        return Ok((tenant, None));
    }
    tenant.features = features;
    tenant.version += 1;
    tenant.updated_at = cx.now();
    tenants::update_features(cx, &tenant).await?;
    cx.record_about(tenant.id, &event);
    Ok((tenant, Some(event)))
}
