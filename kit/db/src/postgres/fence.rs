//! What a shard knows of a tenant's placement: made with the store, closed to writers while the store is moved or restored.

use deadpool_postgres::Pool;
use stoa_core::TenantId;
use tokio_postgres::Client;

use super::{
    bind::{ask, lock_key},
    login::Login,
};
use crate::{DbError, DbResult, unit::Access};

/// Beside whatever other programs lock by two numbers: `move` in ASCII.
const MOVES: i32 = 0x6d6f_7665;

/// What says that somebody is at work on a fenced store. It ends with the process that has it, however that ends.
#[derive(Debug)]
pub(crate) struct Keeper {
    _client: Client,
}

impl Keeper {
    /// None while another has it.
    pub(super) async fn of(tenant: TenantId, login: &Login) -> DbResult<Option<Self>> {
        let (client, _) = login.connect().await?;
        let [.., a, b, c, d] = *tenant.uuid().as_bytes();
        let row = client
            .query_one(
                "SELECT pg_try_advisory_lock($1, $2)",
                &[&MOVES, &i32::from_be_bytes([a, b, c, d])],
            )
            .await?;
        let is_ours: bool = row.try_get(0).map_err(DbError::from)?;
        Ok(is_ours.then_some(Self { _client: client }))
    }
}

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
