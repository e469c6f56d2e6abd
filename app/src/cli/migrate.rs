//! `stoa migrate`: all stores at the current schema.

use anyhow::{Error, Result, bail};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;
use stoa::{Migrated, Stoa};

use super::terminal::{Progress, Terminal};

#[derive(Debug, Args, Serialize, Deserialize)]
pub(crate) struct Migrate {
    /// Open every store and read from it, also those that are at the current schema
    #[arg(long)]
    verify: bool,
}

impl Migrate {
    /// Opening the platform has brought the control store up to date; now each tenant's store is.
    pub(super) async fn run(self, stoa: &Stoa, terminal: &Terminal) -> Result<()> {
        let report = |migrated: &Migrated| {
            terminal.report_progress(|| Progress::of(migrated.opened, None, "stores opened"));
        };
        let Migrated {
            tenants,
            opened,
            failed,
        } = stoa.migrate(self.verify, report).await?;
        let left = failed.len();
        for (slug, error) in failed {
            terminal.complain(format!("stoa: the store of {slug}: {:#}", Error::from(error)))?;
        }
        if left > 0 {
            bail!("{left} stores could not be brought to the current schema; {tenants} are at it");
        }
        terminal.show(&json!({ "tenants": tenants, "opened": opened }), || {
            format!("all stores are at the current schema ({tenants} tenants, {opened} opened)")
        })
    }
}
