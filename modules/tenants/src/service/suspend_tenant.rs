//! Shuts a business's doors, and opens them again. Either may be repeated: a command that was killed is called once more.

use stoa_core::{Actor, TenantId};
use stoa_db::{Db, Event};

use crate::{
    Reason, Status, Tenant, TenantError, Tenants,
    events::{TenantReactivated, TenantSuspended},
    store::tenants,
};

/// From the next request on nobody reaches the business: not its people, not its visitors. Nothing of it is lost.
pub async fn suspend_tenant(
    tenants: &Tenants,
    db: &Db,
    actor: Actor,
    tenant: TenantId,
    reason: Reason,
) -> Result<Tenant, TenantError> {
    let event = TenantSuspended { tenant, reason };
    set_status(tenants, db, actor, tenant, Status::Suspended, &event).await
}

pub async fn reactivate_tenant(
    tenants: &Tenants,
    db: &Db,
    actor: Actor,
    tenant: TenantId,
) -> Result<Tenant, TenantError> {
    let event = TenantReactivated { tenant };
    set_status(tenants, db, actor, tenant, Status::Active, &event).await
}

/// The platform's journal is written with the change, the tenant's own once the change is certain.
async fn set_status(
    tenants: &Tenants,
    db: &Db,
    actor: Actor,
    tenant: TenantId,
    status: Status,
    event: &impl Event,
) -> Result<Tenant, TenantError> {
    let mut cx = db.platform_begin(actor.clone()).await?;
    if !tenants::set_status(&mut cx, tenant, status).await? {
        return Err(TenantError::NotOpen);
    }
    let changed = tenants::tenant(&mut cx, tenant)
        .await?
        .ok_or(TenantError::NotFound)?;
    cx.record(event);
    cx.commit().await?;
    tenants.forget(tenant);

    let mut cx = db.tenant(tenant, actor).begin().await?;
    cx.record(event);
    cx.commit().await?;
    Ok(changed)
}
