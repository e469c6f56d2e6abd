//! The commands of `stoa`.

mod demo;
mod import;
mod serve;
mod tenant;
mod user;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};
use serde::Serialize;
use stoa::{Flags, Settings, Stoa};

/// One roof, many merchants: hosts thousands of small businesses.
#[derive(Debug, Parser)]
#[command(name = "stoa", version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    flags: Flags,
    /// Answer in JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve websites and API until told to end
    Serve,
    /// Load the demonstration shops if they are absent, and serve them
    Demo,
    /// Bring all stores to the current schema
    Migrate,
    /// Businesses
    #[command(subcommand)]
    Tenant(tenant::Command),
    /// People
    #[command(subcommand)]
    User(user::Command),
    /// Bring data in from elsewhere
    #[command(subcommand)]
    Import(import::Command),
}

pub(crate) async fn run(cli: Cli) -> Result<()> {
    let settings = Settings::load(cli.flags)?;
    let output = Output { json: cli.json };
    match cli.command {
        Command::Serve => serve::serve(&settings).await,
        Command::Demo => demo::run(&settings).await,
        Command::Migrate => migrate(&settings, output).await,
        Command::Tenant(command) => tenant::run(&settings, command, output).await,
        Command::User(command) => user::run(&settings, command, output).await,
        Command::Import(command) => import::run(&settings, command, output).await,
    }
}

/// Opening brings the control store up to date; each tenant's store is then opened in turn.
async fn migrate(settings: &Settings, output: Output) -> Result<()> {
    let stoa = Stoa::open(settings).await?;
    let migrated = stoa.migrate().await?;
    output.show(&serde_json::json!({ "tenants": migrated }), || {
        format!("all stores are at the current schema ({migrated} tenants)")
    })
}

/// How a command answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

impl Output {
    /// Prints an answer for a program or for a person.
    pub(crate) fn show(self, answer: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
        if self.json {
            println!("{}", serde_json::to_string_pretty(answer)?);
        } else {
            println!("{}", text());
        }
        Ok(())
    }
}

/// A file that must be there.
pub(crate) fn open_file(path: &PathBuf) -> Result<std::fs::File> {
    use anyhow::Context as _;
    std::fs::File::open(path).with_context(|| format!("opening {}", path.display()))
}
