//! Runs a command where it may run: in the process that serves the data directory, or here when none does.

use anyhow::Result;
use stoa::{Settings, Stoa};

use super::{
    command::Command,
    control,
    data_directory::{Claim, DataDirectory},
    terminal::{Given, Manner, Terminal},
};

pub(crate) async fn run(settings: &Settings, command: Command, json: bool) -> Result<()> {
    let given = command.given()?;
    let manner = Manner::here(json);
    if settings.database_url.is_some() {
        return run_here(settings, command, manner, given).await;
    }
    match DataDirectory::claim(&settings.data).await? {
        Claim::Held(_directory) => run_here(settings, command, manner, given).await,
        Claim::Served(server) => control::call(server, command, manner, given),
    }
}

async fn run_here(settings: &Settings, command: Command, manner: Manner, given: Given) -> Result<()> {
    let stoa = Stoa::open(settings).await?;
    let mut terminal = Terminal::here(manner, given);
    stoa.telling(command.run(&stoa, &mut terminal)).await
}
