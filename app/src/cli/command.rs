//! What the operator can call upon the stores. A command is a value that runs on an opened platform, in the process that
//! was called or in the one that serves.

use std::panic::AssertUnwindSafe;

use anyhow::{Result, bail};
use clap::Subcommand;
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use stoa::Stoa;

use super::{
    backup, doctor, import, jobs, migrate, restore, shard, snapshots, tenant,
    terminal::{Given, Terminal},
    user,
};

#[derive(Debug, Subcommand, Serialize, Deserialize)]
pub(crate) enum Command {
    /// Bring all stores to the current schema
    Migrate(migrate::Migrate),
    /// Examine all stores: whether each can be read and its journal is as it was written
    Doctor,
    /// Copy a business's store into a snapshot
    Backup(backup::Backup),
    /// Put a business's store back to a snapshot
    Restore(restore::Restore),
    /// List a business's snapshots
    Snapshots(snapshots::Snapshots),
    /// Businesses
    #[command(subcommand)]
    Tenant(tenant::Command),
    /// The PostgreSQL databases that keep businesses' stores
    #[command(subcommand)]
    Shard(shard::Command),
    /// What is done later, for the platform itself or for a business
    #[command(subcommand)]
    Jobs(jobs::Command),
    /// People
    #[command(subcommand)]
    User(user::Command),
    /// Bring data in from elsewhere
    #[command(subcommand)]
    Import(import::Command),
}

impl Command {
    /// What it takes from where it is called. Always asked in the caller's own process.
    pub(crate) fn given(&self) -> Result<Given> {
        match self {
            Self::Migrate(_)
            | Self::Doctor
            | Self::Backup(_)
            | Self::Snapshots(_)
            | Self::Tenant(_)
            | Self::Shard(_)
            | Self::Jobs(_) => Ok(Given::default()),
            Self::Restore(command) => command.given(),
            Self::User(command) => command.given(),
            Self::Import(command) => command.given(),
        }
    }

    /// A panic is a failure of this command alone, in whichever process it runs.
    pub(crate) async fn run(self, stoa: &Stoa, terminal: &mut Terminal) -> Result<()> {
        let work = AssertUnwindSafe(self.work(stoa, terminal)).catch_unwind();
        work.await
            .unwrap_or_else(|_| bail!("the command broke off by a fault of this program; its log says where"))
    }

    async fn work(self, stoa: &Stoa, terminal: &mut Terminal) -> Result<()> {
        match self {
            Self::Migrate(command) => command.run(stoa, terminal).await,
            Self::Doctor => doctor::run(stoa, terminal).await,
            Self::Backup(command) => command.run(stoa, terminal).await,
            Self::Restore(command) => command.run(stoa, terminal).await,
            Self::Snapshots(command) => command.run(stoa, terminal).await,
            Self::Tenant(command) => tenant::run(stoa, command, terminal).await,
            Self::Shard(command) => shard::run(stoa, command, terminal).await,
            Self::Jobs(command) => jobs::run(stoa, command, terminal).await,
            Self::User(command) => user::run(stoa, command, terminal).await,
            Self::Import(command) => import::run(stoa, command, terminal).await,
        }
    }
}
