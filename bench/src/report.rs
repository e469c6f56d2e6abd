//! Writes what was measured as `bench/RESULTS.md`.

use std::{fmt::Write, fs, path::Path};

use anyhow::{Context, Result};
use stoa_core::Clock;

use crate::{
    figures::{Figure, Figures, Growth},
    machine,
    perf::Measured,
    turns::{Series, Turns},
};

const HOW: &str = "\
## How

Of each pair, both sides are warmed up and then take turns, so that whatever else the machine does hits both; figures are
medians of the turns. Client, server and database share the machine's cores. Timings of different runs are not comparable,
ratios are, roughly. The program is the release build with `STOA_LOG=warn`.

| Id | Commands |
|---|---|
| PERF-1 | `wrk -t2 -c64 -H 'Host: SHOP.localhost:PORT' http://127.0.0.1:PORT/` on `stoa serve`, and the same on nginx (`access_log off`, `sendfile on`, `open_file_cache`, keep-alive without limit) |
| PERF-2 | the same on `/products/SLUG?N`, each N once, so that no answer is in the page cache |
| PERF-3 | `wrk -t2 -c16 -H 'Cookie: __Host-stoa=…' http://127.0.0.1:PORT/api/tenant/SLUG/ecommerce/products/SLUG` on `stoa-bench serve`: the program's composition and one route more |
| PERF-4 | the same with PostgreSQL, and `pgbench -n -M prepared -c16 -j2 -f bench/pgbench/product.sql` on the same database as the same role |
| PERF-5 | a client of 16 connections that posts `/checkout`, always the same number of orders a turn; carts are made before |
| PERF-6 | the same with PostgreSQL, and `pgbench -n -M prepared -c16 -j2 -f bench/pgbench/checkout.sql` on a copy of the database |
| PERF-7 | within this program: the service that `POST /api/auth/signup` calls, for an owner without a password, so that none is hashed; then `GET /` of the new website through the gateway |
| PERF-8, PERF-13 | `GET /` of each tenant on `stoa serve`, over one connection, in the order they were made; then `wrk -t2 -c16` as in PERF-3, over 100 tenants and over 10 |
| PERF-9 | `stoa migrate` |
| PERF-10 | tenant A: `nice -n 19 wrk -t2 -c64`, PERF-3's call; tenant B: `GET /api/tenant/SLUG/ecommerce/products`, 200 a second, each when it is due |
| PERF-11 | `cargo build --release --package stoa` into an empty directory; `cargo check --package stoa-commerce` after its `lib.rs` was touched |
| PERF-12 | the size of a tenant's file when it has just been made |

Growth by tenants: hosts, sessions and stores are looked up within this program, each by a platform just opened, which
remembers nothing; medians. Growth by products and orders: a server for each size, in turns; `wrk -t2 -c16` for what is read.
Files that were just written are in the system's cache.

PostgreSQL runs with its default settings, `fsync` and `synchronous_commit` on, over TCP on the loopback; pgbench sets
`search_path=tenant enable_seqscan=off jit=off` on its connections.
";

/// All of a run.
#[derive(Debug)]
pub(crate) struct Report {
    /// What wrote it.
    pub(crate) command: String,
    pub(crate) turns: Turns,
    pub(crate) measured: Vec<Measured>,
    pub(crate) figures: Figures,
    pub(crate) growths: Vec<Growth>,
}

impl Report {
    pub(crate) fn write(&self, file: &Path) -> Result<()> {
        fs::write(file, self.text()).context("writing the results")
    }

    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "# Results\n\nWritten by `{}` on {}: {} turns of {} s each, after a warm-up.\n",
            self.command,
            day(),
            self.turns.rounds,
            self.turns.length.as_secs()
        );
        section(&mut text, "Ratios", &self.ratios());
        section(&mut text, "Turns", &self.all_turns());
        section(&mut text, "Figures", &self.all_figures());
        for growth in &self.growths {
            section(&mut text, &format!("Growth by {}", growth.by), &table(growth));
        }
        section(
            &mut text,
            "Machine",
            &pairs(("What", "Value"), &machine::describe()),
        );
        section(
            &mut text,
            "Programs",
            &pairs(("Program", "Version"), &machine::versions()),
        );
        text.push('\n');
        text.push_str(HOW);
        text
    }

    fn ratios(&self) -> String {
        if self.measured.is_empty() {
            return String::new();
        }
        let mut text = String::from(
            "| Id | What | Against | Ours, /s | Ours, p99 | Floor, /s | Ratio | To reach |\n|---|---|---|--:|--:|--:|--:|--:|\n",
        );
        for line in &self.measured {
            let Measured {
                id,
                what,
                against,
                reach,
                comparison,
            } = line;
            let p99 = comparison
                .ours
                .median_p99()
                .map_or_else(String::new, |p99| format!("{:.1} ms", p99.as_secs_f64() * 1000.0));
            let (ours, floor) = (comparison.ours.median(), comparison.floor.median());
            let ratio = comparison.ratio();
            let _ = writeln!(
                text,
                "| {id} | {what} | {against} | {ours:.0} | {p99} | {floor:.0} | **{ratio:.2}** | {reach:.2} |"
            );
        }
        text
    }

    fn all_turns(&self) -> String {
        if self.measured.is_empty() {
            return String::new();
        }
        let mut text = String::from("| Id | Ours, /s | Floor, /s |\n|---|---|---|\n");
        for Measured { id, comparison, .. } in &self.measured {
            let _ = writeln!(
                text,
                "| {id} | {} | {} |",
                listed(&comparison.ours),
                listed(&comparison.floor)
            );
        }
        text
    }

    fn all_figures(&self) -> String {
        if self.figures.lines.is_empty() {
            return String::new();
        }
        let mut lines: Vec<&Figure> = self.figures.lines.iter().collect();
        lines.sort_by_key(|figure| number(figure.id));
        let mut text = String::from("| Id | What | Measured | To reach |\n|---|---|--:|--:|\n");
        for Figure {
            id,
            what,
            value,
            reach,
        } in lines
        {
            let _ = writeln!(text, "| {id} | {what} | {value} | {reach} |");
        }
        text
    }
}

/// The number in `PERF-12`.
fn number(id: &str) -> u32 {
    id.split('-')
        .nth(1)
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}

/// A heading and what stands under it; nothing when there is nothing.
fn section(text: &mut String, heading: &str, content: &str) {
    if !content.is_empty() {
        let _ = write!(text, "\n## {heading}\n\n{content}");
    }
}

/// One row a thing, one column a size, and how many times as long it takes at the largest as at the smallest.
fn table(growth: &Growth) -> String {
    let sizes: String = growth
        .sizes
        .iter()
        .map(|size| format!(" {} |", grouped(*size)))
        .collect();
    let marks = "--:|".repeat(growth.sizes.len());
    let mut text = format!("| What |{sizes} Times as long |\n|---|{marks}--:|\n");
    for row in &growth.rows {
        let values: String = row.values.iter().map(|value| format!(" {value} |")).collect();
        let _ = writeln!(text, "| {} |{values} {:.2} |", row.what, row.factor());
    }
    text
}

/// `10,000`.
fn grouped(number: u32) -> String {
    match number {
        0..1000 => number.to_string(),
        _ => format!("{},{:03}", grouped(number / 1000), number % 1000),
    }
}

/// Today, as `2026-11-21`.
fn day() -> String {
    Clock::System.now().to_string().chars().take(10).collect()
}

fn listed(series: &Series) -> String {
    series
        .rates()
        .map(|rate| format!("{rate:.0}"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn pairs((left, right): (&str, &str), lines: &[(&'static str, String)]) -> String {
    let mut text = format!("| {left} | {right} |\n|---|---|\n");
    for (label, value) in lines {
        let _ = writeln!(text, "| {label} | {value} |");
    }
    text
}
