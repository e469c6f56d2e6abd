//! What the operator can call upon the stores. A command is a value that runs on an opened platform, in the process that
//! was called or in the one that serves.

use anyhow::Result;
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use stoa::Stoa;

use super::{
    doctor, import, migrate, shard, tenant,
    terminal::{Given, Terminal},
    user,
};

#[derive(Debug, Subcommand, Serialize, Deserialize)]
pub(crate) enum Command {
    /// Bring all stores to the current schema
    Migrate,
    /// Examine all stores: whether each can be read and its journal is as it was written
    Doctor,
    /// Businesses
    #[command(subcommand)]
    Tenant(tenant::Command),
    /// The PostgreSQL databases that keep businesses' stores
    #[command(subcommand)]
    Shard(shard::Command),
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
            Self::Migrate | Self::Doctor | Self::Tenant(_) | Self::Shard(_) => Ok(Given::default()),
            Self::User(command) => command.given(),
            Self::Import(command) => command.given(),
        }
    }

    pub(crate) async fn run(self, stoa: &Stoa, terminal: &mut Terminal) -> Result<()> {
        match self {
            Self::Migrate => migrate::run(stoa, terminal).await,
            Self::Doctor => doctor::run(stoa, terminal).await,
            Self::Tenant(command) => tenant::run(stoa, command, terminal).await,
            Self::Shard(command) => shard::run(stoa, command, terminal).await,
            Self::User(command) => user::run(stoa, command, terminal).await,
            Self::Import(command) => import::run(stoa, command, terminal).await,
        }
    }
}
