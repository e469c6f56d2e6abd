//! PERF-11: what a build costs those who work on the program.

use std::{
    fs::File,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Result, ensure};

use super::Bench;
use crate::{
    figures::Figures,
    spans::{Spans, shown},
};

const CHECKS: u32 = 5;
/// The module that is looked over again, and a file of it.
const MODULE: &str = "stoa-commerce";
const TOUCHED: &str = "modules/commerce/src/lib.rs";

/// Builds in a directory of its own, with the sources that this program was built from.
pub(crate) fn measure(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let target = bench.home.path().join("target");
    let release = run(&target, &["build", "--release", "--package", "stoa"])?;
    figures.note("PERF-11", "release build from nothing", shown(release), "");
    let check = ["check", "--package", MODULE];
    run(&target, &check)?;
    let mut spans = Vec::new();
    for _ in 0..CHECKS {
        File::options()
            .append(true)
            .open(sources().join(TOUCHED))?
            .set_modified(SystemTime::now())?;
        spans.push(run(&target, &check)?);
    }
    let spans: Spans = spans.into_iter().collect();
    figures.note(
        "PERF-11",
        format!("`cargo check` of {MODULE} after a change of it, median"),
        shown(spans.median()),
        "",
    );
    Ok(())
}

fn run(target: &Path, arguments: &[&str]) -> Result<Duration> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(sources()).env("CARGO_TARGET_DIR", target);
    let started = Instant::now();
    let status = cargo
        .args(arguments)
        .arg("--offline")
        .stdin(Stdio::null())
        .status()?;
    ensure!(status.success(), "{cargo:?} failed");
    Ok(started.elapsed())
}

fn sources() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}
