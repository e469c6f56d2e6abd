//! The commands of `stoa`: two serve, one shows the settings, all others are called upon the stores and answer.

mod backup;
mod call;
mod command;
mod config;
mod control;
mod data_directory;
mod demo;
mod doctor;
mod import;
mod jobs;
mod migrate;
mod restore;
mod screen;
mod serve;
mod shard;
mod snapshots;
mod tenant;
mod terminal;
mod user;

use anyhow::Result;
use clap::{Arg, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, builder::Resettable};
use stoa::{Flags, Settings};

use command::Command;

/// One roof, many merchants: hosts thousands of small businesses.
#[derive(Debug, Parser)]
#[command(name = "stoa", version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    called: Called,
    /// Answer in JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten, next_help_heading = "Settings")]
    flags: Flags,
}

#[derive(Debug, Subcommand)]
enum Called {
    /// Serve websites and API until told to end
    Serve,
    /// Load the demonstration shops if they are absent, and serve them
    Demo,
    /// Show the settings in effect, without their secrets
    Config,
    #[command(flatten)]
    Command(Command),
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

pub(crate) async fn run(cli: Cli) -> Result<()> {
    let settings = Settings::load(cli.flags)?;
    match cli.called {
        Called::Serve => serve::run(&settings).await,
        Called::Demo => demo::run(&settings).await,
        Called::Config => config::run(settings, cli.json),
        Called::Command(command) => call::run(&settings, command, cli.json).await,
    }
}
