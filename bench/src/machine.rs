//! What was measured on: without it no figure means anything.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::Result;

/// Label and value, line by line.
pub(crate) fn describe() -> Vec<(&'static str, String)> {
    vec![
        ("Processor", line_of("/proc/cpuinfo", "model name")),
        (
            "Cores",
            std::thread::available_parallelism().map_or_else(|_| "?".to_owned(), |cores| cores.to_string()),
        ),
        ("Memory", memory()),
        (
            "Kernel",
            fs::read_to_string("/proc/sys/kernel/osrelease")
                .unwrap_or_default()
                .trim()
                .to_owned(),
        ),
        (
            "A 4 KB write and fsync",
            flush().map_or_else(|_| "?".to_owned(), |took| format!("{} µs", took.as_micros())),
        ),
    ]
}

/// Program and version, line by line.
pub(crate) fn versions() -> Vec<(&'static str, String)> {
    vec![
        ("rustc", says("rustc", "--version")),
        ("nginx", says("nginx", "-v")),
        ("wrk", says("wrk", "-v")),
        ("pgbench", says("pgbench", "--version")),
        ("SQLite", rusqlite::version().to_owned()),
    ]
}

/// The first line that a program says of itself, wherever it says it.
fn says(program: &str, flag: &str) -> String {
    let Ok(output) = Command::new(program).arg(flag).output() else {
        return "?".to_owned();
    };
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&text)
        .lines()
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned()
}

fn line_of(file: &str, label: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix(label)?.split_once(':'));
    value.map_or_else(|| "?".to_owned(), |(_, value)| value.trim().to_owned())
}

fn memory() -> String {
    let total = line_of("/proc/meminfo", "MemTotal");
    let kilobytes = total.trim_end_matches(" kB").parse::<u64>().unwrap_or_default();
    format!("{} GB", (kilobytes + (1 << 19)) >> 20)
}

/// The median time to get 4 KB to the disk that temporary files are on.
fn flush() -> Result<Duration> {
    let home = tempfile::tempdir()?;
    let mut file = File::create(home.path().join("flush"))?;
    let mut spans = Vec::new();
    for _ in 0..101 {
        let started = Instant::now();
        file.write_all(&[1; 4096])?;
        file.sync_data()?;
        spans.push(started.elapsed());
    }
    spans.sort();
    Ok(spans.get(50).copied().unwrap_or_default())
}

/// The size of a program, in MB.
pub(crate) fn megabytes(program: &Path) -> Result<f64> {
    let kilobytes = u32::try_from(fs::metadata(program)?.len() / 1024)?;
    Ok(f64::from(kilobytes) / 1024.0)
}
