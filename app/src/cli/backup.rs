//! `stoa backup`: copies of the businesses' stores.

use anyhow::{Result, bail};
use clap::Args;
use serde::{Deserialize, Serialize};
use stoa::{KeptSnapshot, Stoa};
use stoa_core::TenantId;
use stoa_tenants::Status;

use super::{
    tenant::find,
    terminal::{Progress, Terminal},
};

#[derive(Debug, Args, Serialize, Deserialize)]
pub(crate) struct Backup {
    /// The business's slug
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    slug: Option<String>,
    /// Every business
    #[arg(long)]
    all: bool,
    /// How many snapshots of a business stay; older ones are removed [default: all of them]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
}

/// A business and its new snapshot.
#[derive(Debug, Serialize)]
struct BackedUp {
    tenant: String,
    #[serde(flatten)]
    snapshot: KeptSnapshot,
}

impl Backup {
    pub(super) async fn run(self, stoa: &Stoa, terminal: &Terminal) -> Result<()> {
        let Some(slug) = &self.slug else {
            return self.run_for_all(stoa, terminal).await;
        };
        let tenant = find(stoa, slug).await?;
        let snapshot = self.back_up(stoa, tenant.id).await?;
        let done = BackedUp {
            tenant: slug.clone(),
            snapshot,
        };
        terminal.show(&done, || describe(&done))
    }

    /// One store that cannot be copied keeps no other waiting.
    async fn run_for_all(&self, stoa: &Stoa, terminal: &Terminal) -> Result<()> {
        let (mut done, mut failed) = (Vec::new(), 0);
        let tenants = stoa_tenants::list_tenants(stoa.db()).await?;
        let all = tenants.len();
        for tenant in tenants {
            if tenant.status == Status::Provisioning {
                continue;
            }
            let slug = tenant.slug.into_string();
            match self.back_up(stoa, tenant.id).await {
                Ok(snapshot) => done.push(BackedUp {
                    tenant: slug,
                    snapshot,
                }),
                Err(error) => {
                    failed += 1;
                    terminal.complain(format!("stoa: the store of {slug}: {error:#}"))?;
                }
            }
            terminal.report_progress(|| Progress::of(done.len(), Some(all), "stores backed up"));
        }
        terminal.show(&done, || done.iter().map(describe).collect::<Vec<_>>().join("\n"))?;
        if failed > 0 {
            bail!("{failed} stores could not be backed up; {} are", done.len());
        }
        Ok(())
    }

    async fn back_up(&self, stoa: &Stoa, tenant: TenantId) -> Result<KeptSnapshot> {
        let snapshot = stoa.back_up(tenant).await?;
        if let Some(keep) = self.keep {
            stoa.prune(tenant, usize::try_from(keep)?)?;
        }
        Ok(snapshot)
    }
}

fn describe(done: &BackedUp) -> String {
    format!("{}: {}", done.tenant, done.snapshot.file.display())
}
