//! Measures Stoa against what the machine gives, and writes `bench/RESULTS.md`.
#![doc = include_str!("../README.md")]

mod carts;
mod checkouts;
mod client;
mod dataset;
mod figures;
mod machine;
mod nginx;
mod perf;
mod pgbench;
mod postgres;
mod programs;
mod report;
mod runtime;
mod serve;
mod server;
mod spans;
mod sqlite_floor;
mod turns;
mod wrk;

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};

use crate::{
    figures::Figures,
    perf::{Bench, builds, checkouts as checkout, growth, neighbours, pages, products, tenants},
    postgres::Postgres,
    report::Report,
    turns::Turns,
};

/// What can be asked for by name. PERF-14 comes with the others.
const IDS: [&str; 14] = [
    "PERF-1", "PERF-2", "PERF-3", "PERF-4", "PERF-5", "PERF-6", "PERF-7", "PERF-8", "PERF-9", "PERF-10",
    "PERF-11", "PERF-12", "PERF-13", "GROWTH",
];

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
    Serve(Box<serve::Serve>),
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
    #[arg(value_name = "ID", value_parser = IDS)]
    only: Vec<String>,
    /// How long a turn is
    #[arg(long, env = "BENCH_SECONDS", default_value_t = 5)]
    seconds: u64,
    /// Turns of each side
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// The most tenants
    #[arg(long, env = "BENCH_TENANTS", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(10..))]
    tenants: u32,
    /// The most products and orders of one tenant
    #[arg(long, env = "BENCH_ROWS", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..))]
    rows: u32,
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Run(run) => measure(run),
        Command::Serve(serve) => serve::run(*serve),
    }
}

fn measure(run: Run) -> Result<()> {
    let bench = Bench {
        stoa: run.stoa.clone(),
        own: std::env::current_exe().context("this program's own file")?,
        home: tempfile::Builder::new().prefix("stoa-bench-").tempdir()?,
        turns: Turns {
            length: Duration::from_secs(run.seconds.max(1)),
            rounds: run.rounds.max(1),
        },
    };
    let report = measure_all(&bench, &run);
    if report.is_err() {
        eprintln!("{}", fs::read_to_string(bench.log()).unwrap_or_default());
    }
    match &run.results {
        Some(file) if run.only.is_empty() => report?.write(file),
        _ => {
            println!("\n{}", report?.text());
            Ok(())
        }
    }
}

impl Run {
    /// Whether one of these is to be measured: all are, unless some are asked for.
    fn wants(&self, ids: &[&str]) -> bool {
        self.only.is_empty() || self.asks_for(ids)
    }

    /// Whether one of these is asked for by name.
    fn asks_for(&self, ids: &[&str]) -> bool {
        ids.iter().any(|id| self.only.iter().any(|asked| asked == id))
    }

    /// What a person types to get this.
    fn command(&self) -> String {
        match self.only[..] {
            [] => "make bench".to_owned(),
            _ => format!("bench/run {}", self.only.join(" ")),
        }
    }
}

/// Measures all that a run is for.
fn measure_all(bench: &Bench, run: &Run) -> Result<Report> {
    let mut report = Report {
        command: run.command(),
        turns: bench.turns,
        measured: Vec::new(),
        figures: Figures::default(),
        growths: Vec::new(),
    };
    if run.wants(&["PERF-1", "PERF-2"]) {
        report
            .measured
            .extend(pages::measure(bench, &mut report.figures)?);
    }
    if run.wants(&["PERF-3", "PERF-5"]) {
        measure_on_sqlite(bench, run, &mut report)?;
    }
    if run.wants(&["PERF-4", "PERF-6"]) {
        measure_on_postgres(bench, run, &mut report)?;
    }
    if run.wants(&["PERF-10"]) {
        neighbours::measure(bench, &mut report.figures)?;
    }
    measure_growth(bench, run, &mut report)?;
    if run.asks_for(&["PERF-11"]) {
        builds::measure(bench, &mut report.figures)?;
    }
    report.measured.sort_by_key(|measured| measured.id);
    Ok(report)
}

/// What grows with the number of tenants and with what a tenant has.
fn measure_growth(bench: &Bench, run: &Run, report: &mut Report) -> Result<()> {
    let touched = usize::try_from(run.tenants)?;
    let mut sizes = vec![10, (run.tenants / 10).max(10), run.tenants];
    let id = if run.asks_for(&["PERF-13"]) {
        sizes.push(run.tenants * 10);
        "PERF-13"
    } else {
        "PERF-8"
    };
    sizes.dedup();
    let plan = tenants::Plan {
        id,
        sizes: &sizes,
        touched,
    };
    if run.wants(&["PERF-7", "PERF-8", "PERF-9", "PERF-12", "PERF-13"]) {
        report
            .growths
            .push(tenants::measure(bench, &plan, &mut report.figures)?);
    }
    let rows = [100, run.rows];
    if run.wants(&["GROWTH"]) {
        report.growths.push(growth::on_sqlite(bench, &rows)?);
        report.growths.push(growth::on_postgres(bench, &rows)?);
    }
    Ok(())
}

fn measure_on_sqlite(bench: &Bench, run: &Run, report: &mut Report) -> Result<()> {
    let (data, floor) = (bench.home.path().join("data"), bench.home.path().join("floor"));
    let (store, dataset) = checkout::prepare_files(bench, &data, &floor)?;
    let Report {
        measured, figures, ..
    } = report;
    if run.wants(&["PERF-3"]) {
        measured.push(products::on_sqlite(bench, &store, &dataset, figures)?);
    }
    if run.wants(&["PERF-5"]) {
        measured.push(checkout::on_sqlite(bench, &store, &floor, &dataset, figures)?);
    }
    Ok(())
}

fn measure_on_postgres(bench: &Bench, run: &Run, report: &mut Report) -> Result<()> {
    let postgres = Postgres::start()?;
    let dataset = checkout::prepare_postgres(bench, &postgres)?;
    if run.wants(&["PERF-4"]) {
        report
            .measured
            .push(products::on_postgres(bench, &postgres, &dataset)?);
    }
    if run.wants(&["PERF-6"]) {
        report
            .measured
            .push(checkout::on_postgres(bench, &postgres, &dataset)?);
    }
    Ok(())
}
