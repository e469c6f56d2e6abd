//! Writes what was measured as `bench/RESULTS.md`.

use std::{fmt::Write, fs, path::Path};

use anyhow::{Context, Result};
use stoa_core::Clock;

use crate::{
    machine,
    perf::{Footprint, Measured},
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

PostgreSQL runs with its default settings, `fsync` and `synchronous_commit` on, over TCP on the loopback; pgbench sets
`search_path=tenant enable_seqscan=off jit=off` on its connections.
";

/// All of a run.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) turns: Turns,
    pub(crate) measured: Vec<Measured>,
    pub(crate) footprint: Footprint,
}

impl Report {
    pub(crate) fn write(&self, file: &Path) -> Result<()> {
        fs::write(file, self.text()).context("writing the results")
    }

    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "# Results\n\nWritten by `make bench` on {}: {} turns of {} s each, after a warm-up.\n\n## Ratios\n\n",
            day(),
            self.turns.rounds,
            self.turns.length.as_secs()
        );
        text.push_str(&self.ratios());
        text.push_str("\n## Turns\n\n");
        text.push_str(&self.all_turns());
        text.push_str("\n## Footprint\n\n");
        pairs(&mut text, ("What", "Value"), &self.footprint.lines);
        text.push_str("\n## Machine\n\n");
        pairs(&mut text, ("What", "Value"), &machine::describe());
        text.push('\n');
        pairs(&mut text, ("Program", "Version"), &machine::versions());
        text.push('\n');
        text.push_str(HOW);
        text
    }

    fn ratios(&self) -> String {
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

fn pairs(text: &mut String, (left, right): (&str, &str), lines: &[(&'static str, String)]) {
    let _ = writeln!(text, "| {left} | {right} |\n|---|---|");
    for (label, value) in lines {
        let _ = writeln!(text, "| {label} | {value} |");
    }
}
