//! `stoa restore`: a business's store as it was.

use std::{fs::File, path::PathBuf};

use anyhow::{Context, Error, Result, bail};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;
use stoa::{KeptSnapshot, Stoa};
use stoa_core::{Actor, TenantId, Timestamp};
use stoa_db::DbError;

use super::{
    snapshots::describe,
    tenant::find,
    terminal::{Given, Terminal},
};

#[derive(Debug, Args, Serialize, Deserialize)]
pub(crate) struct Restore {
    /// The business's slug
    slug: String,
    /// Take the newest snapshot of that time or before, such as 2026-11-21T09:30:00Z
    #[arg(
        long,
        value_name = "TIME",
        required_unless_present = "from",
        conflicts_with = "from"
    )]
    at: Option<Timestamp>,
    /// Take this snapshot
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

impl Restore {
    pub(super) fn given(&self) -> Result<Given> {
        match &self.from {
            Some(file) => Given::file(file),
            None => Ok(Given::default()),
        }
    }

    pub(super) async fn run(self, stoa: &Stoa, terminal: &mut Terminal) -> Result<()> {
        let tenant = find(stoa, &self.slug).await?.id;
        let source = match self.at {
            Some(at) => open(&self.pick(stoa, tenant, at)?)?,
            None => terminal.file()?,
        };
        let kept = keep_what_is_there(stoa, tenant, terminal).await?;
        let restored = stoa.db().restore(tenant, Actor::Command, source).await?;
        let answer = json!({ "tenant": self.slug, "restored": restored, "before": kept });
        terminal.show(&answer, || {
            let mut text = format!("{} is as it was at {}", self.slug, restored.taken_at);
            if let Some(kept) = &kept {
                text.push_str(&format!(
                    "\nwhat was there is kept: `stoa restore {} --at {}` brings it back",
                    self.slug, kept.taken_at
                ));
            }
            text
        })
    }

    /// The newest snapshot that is not younger than that.
    fn pick(&self, stoa: &Stoa, tenant: TenantId, at: Timestamp) -> Result<KeptSnapshot> {
        let snapshots = stoa.snapshots(tenant)?;
        let found = snapshots.iter().find(|snapshot| snapshot.taken_at <= at);
        match (found, snapshots.is_empty()) {
            (Some(found), _) => Ok(found.clone()),
            (None, true) => bail!("{} has no snapshots", self.slug),
            (None, false) => bail!(
                "{} has no snapshot of {at} or before; there are\n{}",
                self.slug,
                describe(&snapshots)
            ),
        }
    }
}

fn open(snapshot: &KeptSnapshot) -> Result<File> {
    File::open(&snapshot.file).with_context(|| snapshot.file.display().to_string())
}

/// A restore can be undone, unless the store can no longer be read: then it is what restoring is for.
async fn keep_what_is_there(
    stoa: &Stoa,
    tenant: TenantId,
    terminal: &Terminal,
) -> Result<Option<KeptSnapshot>> {
    match stoa.back_up(tenant).await {
        Ok(kept) => Ok(Some(kept)),
        Err(error) if is_lost(&error) => {
            terminal.complain(format!(
                "stoa: what was there could not be copied, and is not kept: {error:#}"
            ))?;
            Ok(None)
        }
        Err(error) => Err(error.context("what is there could not be kept, and so nothing was restored")),
    }
}

fn is_lost(error: &Error) -> bool {
    matches!(
        error.downcast_ref(),
        Some(DbError::Unfit(_) | DbError::Unavailable(_))
    )
}
