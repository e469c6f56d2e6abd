//! Shuts a business's doors, and opens them again. Either may be repeated: a command that was killed is called once more.

use stoa_core::{Actor, TenantId};
use stoa_db::{Db, Event};

use crate::{
    Reason, Status, Tenant, TenantError,
    events::{TenantReactivated, TenantSuspended},
    store::tenants,
};

/// From the next request on nobody reaches the business: not its people, not its visitors. Nothing of it is lost.
pub async fn suspend_tenant(
    db: &Db,
    actor: Actor,
    tenant: TenantId,
    reason: Reason,
) -> Result<Tenant, TenantError> {
    let event = TenantSuspended { tenant, reason };
    set_status(db, actor, tenant, Status::Suspended, &event).await
}

pub async fn reactivate_tenant(db: &Db, actor: Actor, tenant: TenantId) -> Result<Tenant, TenantError> {
    let event = TenantReactivated { tenant };
    set_status(db, actor, tenant, Status::Active, &event).await
}

/// The platform's journal is written with the change, the tenant's own once the change is certain.
async fn set_status(
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
    cx.record_about(tenant, event);
    cx.commit().await?;
    db.tenant(tenant, actor).mirror(event).await;
    Ok(changed)
}
