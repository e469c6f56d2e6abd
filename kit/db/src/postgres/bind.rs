//! Binds a transaction to its tenant, from the tenant's placement on the shard: whoever comes with an older epoch, or to
//! write while the placement is fenced, has no tenant, and row-level security shows nothing to them.

use std::sync::Arc;

use deadpool_postgres::Object;
use futures_util::future::try_join;
use stoa_core::TenantId;
use tokio_postgres::Statement;

use crate::{DbError, DbResult, Value, placement::Places, unit::Access};

const READ: &str = "SELECT set_config('app.tenant_id', tenant_id::text, true) FROM shard.placements
     WHERE tenant_id = $1 AND epoch = $2";
const WRITE: &str = "SELECT set_config('app.tenant_id', tenant_id::text, true) FROM shard.placements
     WHERE tenant_id = $1 AND epoch = $2 AND open";

/// The tenant that a transaction is for, as the control store placed it.
#[derive(Debug)]
pub(crate) struct Binding {
    pub(crate) tenant: TenantId,
    pub(crate) epoch: i64,
    pub(crate) places: Arc<Places>,
}

/// What opens a transaction, in the flight of its first statement.
#[derive(Debug)]
pub(super) struct Opening {
    begin: String,
    access: Access,
    binding: Option<Binding>,
}

impl Opening {
    pub(super) fn new(binding: Option<Binding>, access: Access) -> Self {
        let mut begin = String::from(match access {
            // One moment for all its statements, as a reader of SQLite has it.
            Access::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Access::Write => "BEGIN",
        });
        if let Some(binding) = &binding {
            begin.push_str("; ");
            begin.push_str(&ask(binding.tenant, access));
        }
        Self {
            begin,
            access,
            binding,
        }
    }

    /// The statement that binds the tenant, parsed by the server: like any other, it is prepared before anything is sent.
    pub(super) async fn prepare(&self, client: &Object) -> DbResult<Option<Statement>> {
        if self.binding.is_none() {
            return Ok(None);
        }
        let text = match self.access {
            Access::Read => READ,
            Access::Write => WRITE,
        };
        Ok(Some(client.prepare_cached(text).await?))
    }

    pub(super) async fn send(self, client: &Object, bind: Option<Statement>) -> DbResult<()> {
        let (Some(statement), Some(binding)) = (bind, self.binding) else {
            return Ok(client.batch_execute(&self.begin).await?);
        };
        let (tenant, epoch) = (Value::Uuid(binding.tenant.uuid()), Value::Int(binding.epoch));
        let ((), bound) = try_join(
            client.batch_execute(&self.begin),
            client.execute(&statement, &[&tenant, &epoch]),
        )
        .await?;
        if bound == 1 {
            return Ok(());
        }
        binding.places.forget(binding.tenant, binding.epoch);
        Err(DbError::Moved)
    }
}

/// Asks for a tenant's placement, which shows to nobody else. A writer asks only if it gets a share of a lock that ends
/// with its transaction: whoever has fenced the placement and then takes the lock alone knows that no writer is left. The
/// lock comes in a statement of its own, before the one that looks whether there is a fence.
pub(super) fn ask(tenant: TenantId, access: Access) -> String {
    // A uuid has no character that means anything to SQL.
    let uuid = tenant.uuid();
    match access {
        Access::Read => format!("SELECT set_config('app.asked', '{uuid}', true)"),
        Access::Write => {
            let key = lock_key(tenant);
            format!(
                "SELECT set_config('app.asked',
                     CASE WHEN pg_try_advisory_xact_lock_shared({key}) THEN '{uuid}' ELSE '' END, true)"
            )
        }
    }
}

/// The half of the uuid that is random. Tenants that share it by chance would only wait for each other's fence.
pub(super) fn lock_key(tenant: TenantId) -> i64 {
    let (_, low) = tenant.uuid().as_u64_pair();
    i64::from_be_bytes(low.to_be_bytes())
}
