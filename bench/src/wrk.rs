//! Lets wrk ask for one thing over many connections.

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Context, Result, ensure};

use crate::{programs::output, turns::Turn};

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Asked<'a> {
    pub(crate) port: u16,
    pub(crate) path: &'a str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) connections: u32,
    /// A Lua script that makes the requests.
    pub(crate) script: Option<&'a Path>,
}

/// What asking brought when answers that are no success were allowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) rate: f64,
    /// Answers that were no success.
    pub(crate) refused: u64,
}

/// Asks for so long. An answer that is no success fails the turn.
pub(crate) fn ask(asked: &Asked<'_>, length: Duration) -> Result<Turn> {
    read(&output(&mut command(Command::new("wrk"), asked, length))?)
}

/// Asks for so long, whatever is answered, and leaves the processor to all others that want it: as if it were on another
/// machine.
pub(crate) fn load(asked: &Asked<'_>, length: Duration) -> Result<Load> {
    let mut polite = Command::new("nice");
    polite.args(["-n", "19", "wrk"]);
    let report = output(&mut command(polite, asked, length))?;
    Ok(Load {
        rate: rate(&report)?,
        refused: value(&report, "Non-2xx or 3xx responses:")
            .map_or(Ok(0), str::parse)
            .context("wrk's count of refusals")?,
    })
}

fn command(mut command: Command, asked: &Asked<'_>, length: Duration) -> Command {
    command
        .args(["--threads", "2", "--latency", "--timeout", "10s"])
        .args(["--connections", &asked.connections.to_string()])
        .args(["--duration", &format!("{}s", length.as_secs().max(1))]);
    for (name, value) in &asked.headers {
        command.args(["--header", &format!("{name}: {value}")]);
    }
    if let Some(script) = asked.script {
        command.arg("--script").arg(script);
    }
    command.arg(format!("http://127.0.0.1:{}{}", asked.port, asked.path));
    command
}

fn read(report: &str) -> Result<Turn> {
    ensure!(
        value(report, "Non-2xx or 3xx responses:").is_none() && value(report, "Socket errors:").is_none(),
        "not all requests were answered well:\n{report}"
    );
    Ok(Turn {
        rate: rate(report)?,
        p99: value(report, "99%").and_then(span),
    })
}

fn rate(report: &str) -> Result<f64> {
    value(report, "Requests/sec:")
        .and_then(|rate| rate.parse().ok())
        .context("wrk told no rate")
}

/// What stands behind a label.
fn value<'r>(report: &'r str, label: &str) -> Option<&'r str> {
    report
        .lines()
        .find_map(|line| line.trim().strip_prefix(label))
        .map(str::trim)
}

/// `1.25ms`, `310.00us`, `1.10s`.
fn span(text: &str) -> Option<Duration> {
    let (number, seconds) = [("us", 1e-6), ("ms", 1e-3), ("s", 1.0)]
        .into_iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)))?;
    number
        .parse::<f64>()
        .ok()
        .map(|number| Duration::from_secs_f64(number * seconds))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{read, span};

    const REPORT: &str = "Running 5s test @ http://127.0.0.1:1/\n  2 threads and 64 connections\n\
                          Latency Distribution\n     50%  1.02ms\n     99%    3.50ms\n\
                          Requests/sec:  61234.56\nTransfer/sec:     10.0MB\n";

    #[test]
    fn reads_what_wrk_prints() {
        let turn = read(REPORT).ok();
        assert!(turn.is_some_and(|turn| (turn.rate - 61_234.56).abs() < 0.01));
        assert_eq!(turn.and_then(|turn| turn.p99), Some(Duration::from_micros(3500)));
        assert_eq!(span("310.00us"), Some(Duration::from_micros(310)));
    }

    #[test]
    fn failures_are_no_measurement() {
        assert!(read(&format!("{REPORT}  Non-2xx or 3xx responses: 3\n")).is_err());
        assert!(
            read(&format!(
                "{REPORT}  Socket errors: connect 0, read 1, write 0, timeout 0\n"
            ))
            .is_err()
        );
    }
}
