//! Lists the businesses, for the operator.

use stoa_db::{Db, DbResult};

use crate::{Tenant, store::tenants};

/// All tenants in the order of their slugs, whatever their status.
pub async fn list_tenants(db: &Db) -> DbResult<Vec<Tenant>> {
    let mut cx = db.platform_read().await?;
    tenants::tenants(&mut cx).await
}
