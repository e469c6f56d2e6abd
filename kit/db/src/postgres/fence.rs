//! What a shard knows of a tenant's placement: made with the store, closed to writers while the store is moved or restored.

use deadpool_postgres::Pool;
use stoa_core::TenantId;

use super::bind::{ask, lock_key};
use crate::{DbResult, unit::Access};

/// Lets a tenant in. One that is in stays as it is.
pub(super) async fn admit(pool: &Pool, tenant: TenantId, epoch: i64) -> DbResult<()> {
    let uuid = tenant.uuid();
    let insert = format!(
        "INSERT INTO shard.placements (tenant_id, epoch, open) VALUES ('{uuid}', {epoch}, true)
         ON CONFLICT (tenant_id) DO NOTHING"
    );
    run(pool, tenant, &insert).await
}

/// Closes a placement to writers and waits for those that had begun. When they do not end in time, it is open again.
pub(super) async fn fence(pool: &Pool, tenant: TenantId) -> DbResult<()> {
    set_open(pool, tenant, false).await?;
    let alone = format!("SELECT pg_advisory_xact_lock({})", lock_key(tenant));
    let drained = async { Ok(pool.get().await?.batch_execute(&alone).await?) };
    match drained.await {
        Ok(()) => Ok(()),
        Err(error) => {
            set_open(pool, tenant, true).await?;
            Err(error)
        }
    }
}

pub(super) async fn unfence(pool: &Pool, tenant: TenantId) -> DbResult<()> {
    set_open(pool, tenant, true).await
}

async fn set_open(pool: &Pool, tenant: TenantId, open: bool) -> DbResult<()> {
    let uuid = tenant.uuid();
    let update = format!("UPDATE shard.placements SET open = {open} WHERE tenant_id = '{uuid}'");
    run(pool, tenant, &update).await
}

/// Runs a change in the transaction that asks for the tenant's placement: texts that are sent together are one.
async fn run(pool: &Pool, tenant: TenantId, change: &str) -> DbResult<()> {
    let text = format!("{}; {change}", ask(tenant, Access::Read));
    Ok(pool.get().await?.batch_execute(&text).await?)
}
