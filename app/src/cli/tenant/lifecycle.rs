//! `stoa tenant suspend` and `stoa tenant reactivate`: whether a business's doors are open.

use anyhow::{Context, Result};
use stoa::Stoa;
use stoa_core::Actor;
use stoa_tenants::{Reason, Tenant};

use super::{find, placement, view};
use crate::cli::terminal::Terminal;

pub(super) async fn suspend(stoa: &Stoa, slug: &str, reason: &str, terminal: &Terminal) -> Result<()> {
    let reason = Reason::parse(reason).context("--reason")?;
    let tenant = find(stoa, slug).await?.id;
    let suspended = stoa_tenants::suspend_tenant(stoa.db(), Actor::Command, tenant, reason).await?;
    show(stoa, &suspended, terminal).await
}

pub(super) async fn reactivate(stoa: &Stoa, slug: &str, terminal: &Terminal) -> Result<()> {
    let tenant = find(stoa, slug).await?.id;
    let open = stoa_tenants::reactivate_tenant(stoa.db(), Actor::Command, tenant).await?;
    show(stoa, &open, terminal).await
}

async fn show(stoa: &Stoa, tenant: &Tenant, terminal: &Terminal) -> Result<()> {
    terminal.show(
        &view(tenant, placement(stoa, tenant.id).await?.as_ref(), stoa),
        || format!("{} is {}", tenant.slug, tenant.status.as_str()),
    )
}
