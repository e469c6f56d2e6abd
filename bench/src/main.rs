//! Measures Stoa against what the machine gives, and writes `bench/RESULTS.md`.
#![doc = include_str!("../README.md")]

mod carts;
mod checkouts;
mod dataset;
mod machine;
mod nginx;
mod perf;
mod pgbench;
mod postgres;
mod programs;
mod report;
mod serve;
mod server;
mod sqlite_floor;
mod turns;
mod wrk;

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};

use crate::{
    perf::{Bench, Footprint, checkouts as checkout, pages, products},
    postgres::Postgres,
    report::Report,
    turns::Turns,
};

#[derive(Debug, Parser)]
#[command(name = "stoa-bench", about = "Measures Stoa against what the machine gives")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure everything and write the results
    Run(Run),
    /// Serve the platform with the route that answers from memory
    Serve(serve::Serve),
}

#[derive(Debug, Args)]
struct Run {
    /// The program that is measured
    #[arg(long)]
    stoa: PathBuf,
    /// Where the results go
    #[arg(long)]
    results: PathBuf,
    /// How long a turn is
    #[arg(long, env = "BENCH_SECONDS", default_value_t = 5)]
    seconds: u64,
    /// Turns of each side
    #[arg(long, default_value_t = 3)]
    rounds: u32,
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Run(run) => measure(run),
        Command::Serve(serve) => serve::run(serve),
    }
}

fn measure(run: Run) -> Result<()> {
    let bench = Bench {
        stoa: run.stoa,
        own: std::env::current_exe().context("this program's own file")?,
        home: tempfile::Builder::new().prefix("stoa-bench-").tempdir()?,
        turns: Turns {
            length: Duration::from_secs(run.seconds.max(1)),
            rounds: run.rounds.max(1),
        },
    };
    let report = measure_all(&bench);
    if report.is_err() {
        eprintln!("{}", fs::read_to_string(bench.log()).unwrap_or_default());
    }
    report?.write(&run.results)
}

fn measure_all(bench: &Bench) -> Result<Report> {
    let mut footprint = Footprint::default();
    let mut measured = pages::measure(bench, &mut footprint)?;

    let (data, floor) = (bench.home.path().join("data"), bench.home.path().join("floor"));
    let (store, dataset) = checkout::prepare_files(bench, &data, &floor)?;
    measured.push(products::on_sqlite(bench, &store, &dataset, &mut footprint)?);

    let postgres = Postgres::start()?;
    let pooled = checkout::prepare_postgres(bench, &postgres)?;
    measured.push(products::on_postgres(bench, &postgres, &pooled)?);

    measured.push(checkout::on_sqlite(
        bench,
        &store,
        &floor,
        &dataset,
        &mut footprint,
    )?);
    measured.push(checkout::on_postgres(bench, &postgres, &pooled)?);
    Ok(Report {
        turns: bench.turns,
        measured,
        footprint,
    })
}
