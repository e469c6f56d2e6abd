//! Finishes what a creation that was cut short has left: the name is reserved, the store perhaps not made.

use std::time::Duration;

use stoa_core::Actor;
use stoa_db::Db;

use crate::{
    Tenant, TenantError,
    service::create_tenant::{activate, build_store},
    store::tenants,
};

/// Finishes creations that began at least `age` ago. Runs at start-up and from time to time, also on several nodes. Says
/// how many tenants it finished.
pub async fn finish_provisioning(db: &Db, age: Duration) -> Result<usize, TenantError> {
    let mut cx = db.platform_read().await?;
    let begun = cx.now().minus(age);
    let leftovers = tenants::provisioning(&mut cx, begun).await?;
    drop(cx);
    let mut finished = 0;
    for tenant in leftovers {
        let id = tenant.id;
        match finish(db, tenant).await {
            Ok(()) => finished += 1,
            // One store that cannot be made keeps no other tenant waiting.
            Err(error) => tracing::error!(tenant = %id, %error, "a tenant's creation could not be finished"),
        }
    }
    Ok(finished)
}

async fn finish(db: &Db, tenant: Tenant) -> Result<(), TenantError> {
    build_store(db, &tenant).await?;
    let mut cx = db.platform_begin(Actor::System).await?;
    let tenant = activate(&mut cx, tenant).await?;
    cx.commit().await?;
    tracing::info!(tenant = %tenant.id, "a tenant's creation was finished");
    Ok(())
}

#[cfg(test)]
mod tests;
