//! `stoa snapshots`: which copies of a business's store there are.

use anyhow::Result;
use clap::Args;
use serde::{Deserialize, Serialize};
use stoa::{KeptSnapshot, Stoa};

use super::{tenant::find, terminal::Terminal};

#[derive(Debug, Args, Serialize, Deserialize)]
pub(crate) struct Snapshots {
    /// The business's slug
    slug: String,
}

impl Snapshots {
    pub(super) async fn run(self, stoa: &Stoa, terminal: &Terminal) -> Result<()> {
        let tenant = find(stoa, &self.slug).await?;
        let snapshots = stoa.snapshots(tenant.id)?;
        terminal.show(&snapshots, || match snapshots.as_slice() {
            [] => format!("{} has no snapshots yet; `stoa backup {0}` makes one", self.slug),
            some => describe(some),
        })
    }
}

/// One line for each.
pub(super) fn describe(snapshots: &[KeptSnapshot]) -> String {
    let line = |snapshot: &KeptSnapshot| {
        format!(
            "{}  {:>12} bytes  {}",
            snapshot.taken_at,
            snapshot.bytes,
            snapshot.file.display()
        )
    };
    snapshots.iter().map(line).collect::<Vec<_>>().join("\n")
}
