//! `stoa migrate`: all stores at the current schema.

use anyhow::{Error, Result, bail};
use serde_json::json;
use stoa::{Migrated, Stoa};

use super::terminal::Terminal;

/// Opening the platform has brought the control store up to date; each tenant's store is now opened in turn.
pub(crate) async fn run(stoa: &Stoa, terminal: &Terminal) -> Result<()> {
    let Migrated { tenants, failed } = stoa.migrate().await?;
    let left = failed.len();
    for (slug, error) in failed {
        terminal.complain(format!("stoa: the store of {slug}: {:#}", Error::from(error)))?;
    }
    if left > 0 {
        bail!("{left} stores could not be brought to the current schema; {tenants} are at it");
    }
    terminal.show(&json!({ "tenants": tenants }), || {
        format!("all stores are at the current schema ({tenants} tenants)")
    })
}
