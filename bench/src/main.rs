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
    /// Where the results go; without it they are printed
    #[arg(long)]
    results: Option<PathBuf>,
    /// Measure these only, such as PERF-5; then the results are printed
    #[arg(value_name = "ID")]
    only: Vec<String>,
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
    let report = measure_all(&bench, &run.only);
    if report.is_err() {
        eprintln!("{}", fs::read_to_string(bench.log()).unwrap_or_default());
    }
    match run.results {
        Some(file) if run.only.is_empty() => report?.write(&file),
        _ => {
            println!("\n{}", report?.text());
            Ok(())
        }
    }
}

/// Measures all, or those that are asked for.
fn measure_all(bench: &Bench, only: &[String]) -> Result<Report> {
    let wants = |ids: &[&str]| only.is_empty() || ids.iter().any(|id| only.iter().any(|asked| asked == id));
    let mut report = Report {
        turns: bench.turns,
        measured: Vec::new(),
        footprint: Footprint::default(),
    };
    if wants(&["PERF-1", "PERF-2"]) {
        report
            .measured
            .extend(pages::measure(bench, &mut report.footprint)?);
    }
    if wants(&["PERF-3", "PERF-5"]) {
        measure_on_sqlite(bench, wants, &mut report)?;
    }
    if wants(&["PERF-4", "PERF-6"]) {
        measure_on_postgres(bench, wants, &mut report)?;
    }
    report.measured.sort_by_key(|measured| measured.id);
    Ok(report)
}

fn measure_on_sqlite(bench: &Bench, wants: impl Fn(&[&str]) -> bool, report: &mut Report) -> Result<()> {
    let (data, floor) = (bench.home.path().join("data"), bench.home.path().join("floor"));
    let (store, dataset) = checkout::prepare_files(bench, &data, &floor)?;
    let Report {
        measured, footprint, ..
    } = report;
    if wants(&["PERF-3"]) {
        measured.push(products::on_sqlite(bench, &store, &dataset, footprint)?);
    }
    if wants(&["PERF-5"]) {
        measured.push(checkout::on_sqlite(bench, &store, &floor, &dataset, footprint)?);
    }
    Ok(())
}

fn measure_on_postgres(bench: &Bench, wants: impl Fn(&[&str]) -> bool, report: &mut Report) -> Result<()> {
    let postgres = Postgres::start()?;
    let dataset = checkout::prepare_postgres(bench, &postgres)?;
    if wants(&["PERF-4"]) {
        report
            .measured
            .push(products::on_postgres(bench, &postgres, &dataset)?);
    }
    if wants(&["PERF-6"]) {
        report
            .measured
            .push(checkout::on_postgres(bench, &postgres, &dataset)?);
    }
    Ok(())
}
