//! `stoa shard`: the PostgreSQL databases that keep businesses' stores.

use anyhow::{Context, Result};
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use serde_json::json;
use stoa::Stoa;
use stoa_core::Slug;
use stoa_db::ShardRow;

use super::terminal::Terminal;

#[derive(Debug, Subcommand, Serialize, Deserialize)]
pub(crate) enum Command {
    /// Add a database, and bring it to the current schema
    Add {
        /// What it is called from now on
        name: String,
        /// How the role that reads and writes reaches it, without the password: that is looked for in the password file
        #[arg(long)]
        url: String,
        /// How the role that owns the tables reaches it, without the password
        #[arg(long)]
        owner_url: String,
    },
    /// List the databases; main is the one that the settings name
    List,
}

pub(crate) async fn run(stoa: &Stoa, command: Command, terminal: &Terminal) -> Result<()> {
    match command {
        Command::Add { name, url, owner_url } => {
            let name = Slug::parse(&name).context("NAME")?;
            stoa.db().add_shard(&name, &url, &owner_url).await?;
            terminal.show(&json!({ "name": name }), || {
                format!("added {name}: new businesses may be placed there")
            })
        }
        Command::List => list(stoa, terminal).await,
    }
}

async fn list(stoa: &Stoa, terminal: &Terminal) -> Result<()> {
    let shards = stoa.db().platform_read().await?.shards().await?;
    let views: Vec<_> = shards.iter().map(view).collect();
    terminal.show(&views, || {
        let line = |shard: &ShardRow| {
            let kept = if shard.dedicated { "dedicated" } else { "pool" };
            let url = shard.url.as_deref().unwrap_or("as the settings say");
            format!("{:<20} {:<10} {:>6} {url}", shard.name, kept, shard.tenants)
        };
        shards.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

fn view(shard: &ShardRow) -> serde_json::Value {
    json!({
        "name": shard.name,
        "url": shard.url,
        "owner_url": shard.owner_url,
        "tenants": shard.tenants,
        "dedicated": shard.dedicated,
        "added_at": shard.added_at,
    })
}
