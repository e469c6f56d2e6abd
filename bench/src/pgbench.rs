//! The floor on PostgreSQL: pgbench, which sends statements and does nothing with the answers.

use std::{fs, process::Command};

use anyhow::{Context, Result, ensure};

use crate::{postgres::Postgres, programs::output, turns::Turn};

/// Plans are kept from when tables were all but empty; without the second, they would read whole tables later.
const OPTIONS: &str = "-c search_path=tenant -c enable_seqscan=off -c jit=off";

/// How long it goes on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Until {
    Seconds(u64),
    /// So many transactions by each client.
    Transactions(u32),
}

/// Runs a script as the role that serves, over 16 connections.
pub(crate) fn run(
    server: &Postgres,
    database: &str,
    script: &str,
    variables: &[(&str, String)],
    until: Until,
) -> Result<Turn> {
    let file = server.home().join("script.sql");
    fs::write(&file, script)?;
    let mut command = Command::new("pgbench");
    command
        .env("PGOPTIONS", OPTIONS)
        .args(["--no-vacuum", "--protocol=prepared", "--client=16", "--jobs=2"])
        .arg("--file")
        .arg(&file);
    match until {
        Until::Seconds(seconds) => command.arg(format!("--time={seconds}")),
        Until::Transactions(count) => command.arg(format!("--transactions={count}")),
    };
    for (name, value) in variables {
        command.arg(format!("--define={name}={value}"));
    }
    read(&output(command.arg(server.url("stoa_app", database)))?)
}

fn read(report: &str) -> Result<Turn> {
    let value = |label: &str| {
        report
            .lines()
            .find_map(|line| line.strip_prefix(label))
            .map(str::trim)
    };
    ensure!(
        value("number of failed transactions: ").is_none_or(|failed| failed.starts_with("0 ")),
        "transactions failed:\n{report}"
    );
    let rate = value("tps = ").and_then(|rate| rate.split(' ').next()?.parse().ok());
    Ok(Turn {
        rate: rate.context("pgbench told no rate")?,
        p99: None,
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn reads_what_pgbench_prints() {
        let report = "number of failed transactions: 0 (0.000%)\nlatency average = 0.7 ms\n\
                      tps = 22345.678901 (without initial connection time)\n";
        assert!(read(report).is_ok_and(|turn| (turn.rate - 22_345.678_901).abs() < 1e-6));
        assert!(read(&report.replace(": 0 (0.000%)", ": 2 (0.100%)")).is_err());
    }
}
