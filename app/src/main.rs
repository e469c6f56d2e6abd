//! The `stoa` command: reads settings, runs one command, and ends with 0 (done), 1 (could not) or 2 (usage).

mod cli;

use std::{io::IsTerminal as _, process::ExitCode};

use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let command = cli::Cli::called();
    let logging = start_logging();
    let done = logging.and_then(|()| {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?
            .block_on(cli::run(command))
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("stoa: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Logs go to standard error: as JSON with `STOA_LOG_FORMAT=json`, and as much as `STOA_LOG` says.
fn start_logging() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_env("STOA_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let logger = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let started = if std::env::var("STOA_LOG_FORMAT").is_ok_and(|format| format == "json") {
        logger.json().flatten_event(true).try_init()
    } else {
        logger.try_init()
    };
    started.map_err(|error| anyhow::anyhow!("logging could not be started: {error}"))
}
