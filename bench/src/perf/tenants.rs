//! PERF-7 to 9, 12 and 13: what must not grow with the number of tenants, and how it does.

mod creation;
mod lookups;
mod touches;

use std::{
    fs,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use self::creation::Creations;
use super::Bench;
use crate::{
    dataset::Crowd,
    figures::{Figures, Growth, Quantity},
    programs::output,
    server::command,
    spans::{Spans, shown},
};

const MIGRATIONS: u32 = 3;

/// What a run has to do.
#[derive(Debug)]
pub(crate) struct Plan<'p> {
    /// Numbers of tenants, ascending; at the last of them all else is measured.
    pub(crate) sizes: &'p [u32],
    /// How many of the last are touched.
    pub(crate) touched: usize,
    /// What touching them is called.
    pub(crate) id: &'static str,
}

/// Lets one data directory grow, and measures on the way and at its end.
pub(crate) fn measure(bench: &Bench, plan: &Plan<'_>, figures: &mut Figures) -> Result<Growth> {
    let mut crowd = Crowd::in_directory(bench.home.path().join("crowd"));
    let mut growth = Growth::new("tenants", plan.sizes);
    let mut creations = Creations::default();
    for size in plan.sizes {
        fill(&mut crowd, *size, &mut growth)?;
        lookups::measure(bench, &crowd, &mut growth)?;
        creations = creation::measure(&crowd)?;
        growth.note(
            "create one until its website answers (PERF-7)",
            Quantity::Span(creations.answering.median()),
        );
    }
    note_creations(figures, &creations, crowd.members().len());
    note_file(figures, &crowd)?;
    crowd.stock()?;
    touches::measure(bench, plan, &crowd, figures)?;
    note_migration(bench, &crowd, figures)?;
    Ok(growth)
}

fn fill(crowd: &mut Crowd, size: u32, growth: &mut Growth) -> Result<()> {
    let (before, started) = (crowd.members().len(), Instant::now());
    crowd.grow(size)?;
    let made = u32::try_from(crowd.members().len() - before)?.max(1);
    growth.note(
        "create one of many, 16 at a time",
        Quantity::Span(started.elapsed() / made),
    );
    Ok(())
}

fn note_creations(figures: &mut Figures, creations: &Creations, present: usize) {
    let (whole, service) = (&creations.answering, &creations.service);
    figures.note(
        "PERF-7",
        format!("create a tenant until its website answers, {present} present, median (p99)"),
        format!("{} ({})", shown(whole.median()), shown(whole.p99())),
        "≤ 20 ms",
    );
    figures.note(
        "PERF-7",
        "of that, creating it",
        format!("{} ({})", shown(service.median()), shown(service.p99())),
        "",
    );
}

/// The file of a tenant that has nothing but its store and its first website's content.
fn note_file(figures: &mut Figures, crowd: &Crowd) -> Result<()> {
    let Some(last) = crowd.members().last() else {
        return Ok(());
    };
    let file = crowd
        .data()
        .join("tenants")
        .join(format!("{}.db", last.tenant.uuid()));
    let kilobytes = fs::metadata(file)?.len() / 1024;
    figures.note(
        "PERF-12",
        "file of an empty tenant",
        format!("{kilobytes} KB"),
        "≤ 300 KB",
    );
    Ok(())
}

fn note_migration(bench: &Bench, crowd: &Crowd, figures: &mut Figures) -> Result<()> {
    let mut spans = Vec::new();
    for _ in 0..MIGRATIONS {
        let started = Instant::now();
        let said = output(&mut command(&bench.stoa, &["migrate"], &crowd.store()))?;
        spans.push(started.elapsed());
        ensure!(
            said.contains("at the current schema"),
            "`stoa migrate` says {said}"
        );
    }
    let spans: Spans = spans.into_iter().collect();
    figures.note(
        "PERF-9",
        format!("`stoa migrate` with nothing to do, {} files", files(crowd)?),
        shown(spans.median()),
        "≤ 10 s",
    );
    Ok(())
}

fn files(crowd: &Crowd) -> Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(crowd.data().join("tenants"))? {
        if entry?.path().extension().is_some_and(|ending| ending == "db") {
            count += 1;
        }
    }
    Ok(count)
}

/// The mean of one, when so many took so long.
fn each(took: Duration, count: usize) -> Duration {
    took / u32::try_from(count.max(1)).unwrap_or(u32::MAX)
}
