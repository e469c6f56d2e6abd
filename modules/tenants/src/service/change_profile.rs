//! Changes what a business says about itself.

use stoa_core::TenantId;
use stoa_db::PlatformCx;

use crate::{Tenant, TenantError, domain::tenant::ProfileChange, events::ProfileChanged, store::tenants};

/// The changed tenant, and the event for the tenant's own journal.
pub(crate) async fn change_profile(
    cx: &mut PlatformCx,
    tenant: TenantId,
    change: ProfileChange,
) -> Result<(Tenant, ProfileChanged), TenantError> {
    let mut tenant = tenants::lock_tenant(cx, tenant)
        .await?
        .ok_or(TenantError::NotFound)?;
    if tenant.version != change.version {
        return Err(TenantError::Stale);
    }
    let event = ProfileChanged {
        tenant: tenant.id,
        fields: change.fields(),
    };
    tenant.apply(change);
    tenant.version += 1;
    tenant.updated_at = cx.now();
    tenants::update_profile(cx, &tenant).await?;
    cx.record_about(tenant.id, &event);
    Ok((tenant, event))
}
