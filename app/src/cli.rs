//! The commands of `stoa`.

mod demo;
mod doctor;
mod import;
mod serve;
mod tenant;
mod user;

use std::{
    io::{ErrorKind, Write as _, stdout},
    path::PathBuf,
};

use anyhow::{Result, bail};
use clap::{Arg, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, builder::Resettable};
use serde::Serialize;
use stoa::{Flags, Migrated, Settings, Stoa};

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

impl Cli {
    /// What the command was called with. Ends the process when that makes no sense.
    pub(crate) fn called() -> Self {
        let called = Self::command().mut_args(unless_empty).get_matches();
        Self::from_arg_matches(&called).unwrap_or_else(|error| error.exit())
    }
}

/// A variable of the environment that is set to nothing counts as not set.
fn unless_empty(arg: Arg) -> Arg {
    match arg.get_env().and_then(std::env::var_os) {
        Some(value) if value.is_empty() => arg.env(Resettable::Reset),
        _ => arg,
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve websites and API until told to end
    Serve,
    /// Load the demonstration shops if they are absent, and serve them
    Demo,
    /// Bring all stores to the current schema
    Migrate,
    /// Examine all stores: whether each can be read and its journal is as it was written
    Doctor,
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
        Command::Doctor => doctor::run(&settings, output).await,
        Command::Tenant(command) => tenant::run(&settings, command, output).await,
        Command::User(command) => user::run(&settings, command, output).await,
        Command::Import(command) => import::run(&settings, command, output).await,
    }
}

/// Opening brings the control store up to date; each tenant's store is then opened in turn.
async fn migrate(settings: &Settings, output: Output) -> Result<()> {
    let stoa = Stoa::open(settings).await?;
    let Migrated { tenants, failed } = stoa.migrate().await?;
    let left = failed.len();
    for (slug, error) in failed {
        eprintln!("stoa: the store of {slug}: {:#}", anyhow::Error::from(error));
    }
    if left > 0 {
        bail!("{left} stores could not be brought to the current schema; {tenants} are at it");
    }
    output.show(&serde_json::json!({ "tenants": tenants }), || {
        format!("all stores are at the current schema ({tenants} tenants)")
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
            say(&serde_json::to_string_pretty(answer)?)
        } else {
            say(&text())
        }
    }
}

/// Writes lines to standard output. Whoever read them may have seen enough and be gone.
pub(crate) fn say(text: &str) -> Result<()> {
    match writeln!(stdout(), "{text}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// A file that must be there.
pub(crate) fn open_file(path: &PathBuf) -> Result<std::fs::File> {
    use anyhow::Context as _;
    std::fs::File::open(path).with_context(|| format!("opening {}", path.display()))
}
