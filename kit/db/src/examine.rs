//! Looks for what should never be in the stores.

use stoa_core::{Actor, TenantId};

use crate::{Audit, Db, DbResult, db::Engine};

impl Db {
    /// What is wrong with a tenant's store: with its file, or with its journal. One that is sound is remembered by the last
    /// line of its journal.
    pub async fn examine(&self, tenant: TenantId) -> DbResult<Vec<String>> {
        let mut faults = match &self.0.engine {
            Engine::Sqlite(files) => files.examine(&*self.place_of(tenant).await?).await?,
            Engine::Postgres(_) => Vec::new(),
        };
        if let Err(error) = self.tenant_key(tenant).await {
            faults.push(format!("the key that seals its secrets cannot be had: {error}"));
        }
        let anchor = self.anchor(tenant).await?;
        let mut cx = self.tenant(tenant, Actor::System).read().await?;
        if let Audit::Broken { at } = cx.audit().await? {
            faults.push(format!("the journal is not as it was written from line {at} on"));
        }
        if let Some(anchor) = anchor
            && !cx.holds(anchor).await?
        {
            faults.push(format!("the journal no longer has its line {}", anchor.seq));
        }
        drop(cx);
        if faults.is_empty() {
            self.drop_anchor(tenant).await?;
        }
        Ok(faults)
    }

    /// What is wrong with the platform's own store.
    pub async fn examine_platform(&self) -> DbResult<Vec<String>> {
        let mut faults = match &self.0.engine {
            Engine::Sqlite(files) => files.examine_control().await?,
            Engine::Postgres(_) => Vec::new(),
        };
        if let Audit::Broken { at } = self.platform_read().await?.audit().await? {
            faults.push(format!("the journal is not as it was written from line {at} on"));
        }
        Ok(faults)
    }

    /// Files that belong to none of these tenants, and files that were begun and left.
    pub fn strays(&self, tenants: &[TenantId]) -> DbResult<Vec<String>> {
        match &self.0.engine {
            Engine::Sqlite(files) => files.strays(tenants),
            Engine::Postgres(_) => Ok(Vec::new()),
        }
    }

    /// Whether a tenant's store is known to be of the current schema, without opening it.
    pub async fn is_current(&self, tenant: TenantId) -> DbResult<bool> {
        match &self.0.engine {
            Engine::Sqlite(files) => files.is_current(&*self.place_of(tenant).await?),
            Engine::Postgres(pools) => self.is_open(pools, tenant).await,
        }
    }
}
