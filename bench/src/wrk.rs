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

/// Asks for so long. An answer that is no success fails the turn.
pub(crate) fn ask(asked: &Asked<'_>, length: Duration) -> Result<Turn> {
    let mut command = Command::new("wrk");
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
    read(&output(&mut command)?)
}

fn read(report: &str) -> Result<Turn> {
    let value = |label: &str| {
        report
            .lines()
            .find_map(|line| line.trim().strip_prefix(label))
            .map(|rest| rest.trim().to_owned())
    };
    ensure!(
        value("Non-2xx or 3xx responses:").is_none() && value("Socket errors:").is_none(),
        "not all requests were answered well:\n{report}"
    );
    let rate = value("Requests/sec:")
        .and_then(|rate| rate.parse().ok())
        .context("wrk told no rate")?;
    Ok(Turn {
        rate,
        p99: value("99%").as_deref().and_then(span),
    })
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
