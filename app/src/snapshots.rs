//! Snapshots of the businesses' stores: where they are kept, and which one belongs to a moment.

use std::{
    fs::{self, File},
    io::ErrorKind,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::Serialize;
use stoa_core::{TenantId, Timestamp};
use stoa_db::Snapshot;

use crate::Stoa;

const EXTENSION: &str = "snapshot";

/// A snapshot that is kept in a file.
#[derive(Debug, Clone, Serialize)]
pub struct KeptSnapshot {
    pub taken_at: Timestamp,
    pub file: PathBuf,
    pub bytes: u64,
}

impl Stoa {
    /// Copies a tenant's store into a new file.
    pub async fn back_up(&self, tenant: TenantId) -> Result<KeptSnapshot> {
        let directory = self.directory(tenant);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&directory)
            .with_context(|| format!("making {}", directory.display()))?;
        let file = directory.join(format!("{}.{EXTENSION}", self.db().clock().now()));
        self.db().snapshot(tenant, &file).await?;
        kept(&file)?.with_context(|| format!("{} is no snapshot", file.display()))
    }

    /// A tenant's snapshots, the newest first.
    pub fn snapshots(&self, tenant: TenantId) -> Result<Vec<KeptSnapshot>> {
        let entries = match fs::read_dir(self.directory(tenant)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut snapshots = Vec::new();
        for entry in entries {
            let file = entry?.path();
            if file.extension().is_some_and(|extension| extension == EXTENSION) {
                snapshots.extend(kept(&file)?);
            }
        }
        snapshots.sort_unstable_by_key(|snapshot| std::cmp::Reverse(snapshot.taken_at));
        Ok(snapshots)
    }

    /// Removes a tenant's snapshots but for the newest; says how many.
    pub fn prune(&self, tenant: TenantId, keep: usize) -> Result<usize> {
        let mut removed = 0;
        for snapshot in self.snapshots(tenant)?.iter().skip(keep) {
            fs::remove_file(&snapshot.file)
                .with_context(|| format!("removing {}", snapshot.file.display()))?;
            removed += 1;
        }
        Ok(removed)
    }

    fn directory(&self, tenant: TenantId) -> PathBuf {
        self.kept_in().join(tenant.uuid().to_string())
    }
}

fn kept(path: &Path) -> Result<Option<KeptSnapshot>> {
    let mut file = File::open(path).with_context(|| path.display().to_string())?;
    let bytes = file.metadata()?.len();
    Ok(Snapshot::read(&mut file)?.map(|snapshot| KeptSnapshot {
        taken_at: snapshot.taken_at,
        file: path.to_owned(),
        bytes,
    }))
}
