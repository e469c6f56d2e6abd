//! PERF-10: what a tenant notices when another one on the same server is asked for as much as the machine can give.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use http::StatusCode;

use super::Bench;
use crate::{
    client::{Client, get},
    dataset::{BUSY, Crowd, Member, product_path},
    figures::Figures,
    runtime::block_on,
    server::{Limits, Server},
    spans::{Spans, shown},
    wrk::{Asked, Load, load},
};

/// Connections of those who ask for tenant A.
const CONNECTIONS: u32 = 64;
/// Between two requests for tenant B, which are made when it is time for them, not when the one before is answered.
const PERIOD: Duration = Duration::from_millis(5);
/// Connections of those who ask for tenant B: one that waits must not hold up the next.
const LANES: u32 = 4;

/// How late a timer is by itself.
const TIMER: Duration = Duration::from_millis(2);

/// Who asks for tenant B.
#[derive(Debug, Clone)]
struct Visitor {
    port: u16,
    path: String,
    headers: Vec<(&'static str, String)>,
}

/// What tenant B saw.
#[derive(Debug, Default)]
struct Seen {
    spans: Vec<Duration>,
    errors: usize,
}

pub(crate) fn measure(bench: &Bench, figures: &mut Figures) -> Result<()> {
    let mut crowd = Crowd::in_directory(bench.home.path().join("neighbours"));
    crowd.grow(BUSY + 1)?;
    crowd.stock()?;
    for limits in [Limits::Off, Limits::On] {
        measure_with(bench, &crowd, limits, figures)?;
    }
    Ok(())
}

fn measure_with(bench: &Bench, crowd: &Crowd, limits: Limits, figures: &mut Figures) -> Result<()> {
    let (Some(first), Some(last)) = (crowd.members().first(), crowd.members().last()) else {
        anyhow::bail!("no neighbours")
    };
    let server = bench.serve_limited(&crowd.store(), limits)?;
    let path = product_path(&first.slug, "products");
    let asked = Asked {
        port: server.port,
        path: &path,
        headers: headers(&server, first),
        connections: CONNECTIONS,
        script: None,
    };
    let visitor = Visitor {
        port: server.port,
        path: format!("/api/tenant/{}/ecommerce/products", last.slug),
        headers: headers(&server, last),
    };
    let (mut alone, mut beside) = (Seen::default(), Seen::default());
    let mut loads = Vec::new();
    visitor.visit(bench.turns.length / 4)?;
    for _ in 0..bench.turns.rounds {
        alone.extend(visitor.visit(bench.turns.length)?);
        let (seen, load) = visit_beside(&visitor, &asked, bench.turns.length)?;
        beside.extend(seen);
        loads.push(load);
    }
    note(figures, limits, alone, beside, &loads)
}

fn headers(server: &Server, member: &Member) -> Vec<(&'static str, String)> {
    vec![
        ("Host", server.host("app")),
        ("Cookie", format!("__Host-stoa={}", member.session.as_str())),
    ]
}

/// Lets A be asked while B is visited; the load begins before and ends after.
fn visit_beside(visitor: &Visitor, asked: &Asked<'_>, length: Duration) -> Result<(Seen, Load)> {
    let around = Duration::from_secs(1);
    std::thread::scope(|scope| {
        let loading = scope.spawn(|| load(asked, length + 2 * around));
        std::thread::sleep(around);
        let seen = visitor.visit(length);
        let load = loading.join().map_err(|_| anyhow::anyhow!("the load broke"))?;
        Ok((seen?, load?))
    })
}

impl Visitor {
    /// Visits as often as it is time to, for so long.
    fn visit(&self, length: Duration) -> Result<Seen> {
        block_on(async {
            let mut lanes = Vec::new();
            let started = Instant::now();
            for lane in 0..LANES {
                let client = Client::connect(self.port).await?;
                let first = started + PERIOD * lane;
                lanes.push(tokio::spawn(visit_in_turn(
                    self.clone(),
                    client,
                    first,
                    started + length,
                )));
            }
            let mut seen = Seen::default();
            for lane in lanes {
                seen.extend(lane.await??);
            }
            Ok(seen)
        })
    }
}

async fn visit_in_turn(visitor: Visitor, mut client: Client, first: Instant, end: Instant) -> Result<Seen> {
    let mut seen = Seen::default();
    let mut due = first;
    while due < end {
        tokio::time::sleep_until(due.into()).await;
        // Late because the one before was slow, it has waited as well.
        let late = due.elapsed().saturating_sub(TIMER);
        let reply = client.send(get(&visitor.path, &visitor.headers)?).await?;
        seen.spans.push(late + reply.took);
        seen.errors += usize::from(reply.status != StatusCode::OK);
        due += PERIOD * LANES;
    }
    Ok(seen)
}

fn note(figures: &mut Figures, limits: Limits, alone: Seen, beside: Seen, loads: &[Load]) -> Result<()> {
    let errors = alone.errors + beside.errors;
    let (alone, beside): (Spans, Spans) = (
        alone.spans.into_iter().collect(),
        beside.spans.into_iter().collect(),
    );
    ensure!(alone.count() > 0 && beside.count() > 0, "nobody visited tenant B");
    let rates: f64 = loads.iter().map(|load| load.rate).sum();
    let refused: u64 = loads.iter().map(|load| load.refused).sum();
    let rate = rates / f64::from(u32::try_from(loads.len().max(1))?);
    figures.note(
        "PERF-10",
        format!("p99 of tenant B beside tenant A at full load against alone, {limits}"),
        format!(
            "{:.1} ({} and {})",
            beside.p99().as_secs_f64() / alone.p99().as_secs_f64(),
            shown(beside.p99()),
            shown(alone.p99())
        ),
        "≤ 1.5",
    );
    figures.note(
        "PERF-10",
        format!("the same, medians; errors of tenant B, {limits}"),
        format!(
            "{} and {}; {errors}",
            shown(beside.median()),
            shown(alone.median())
        ),
        "0 errors",
    );
    figures.note(
        "PERF-10",
        format!("answers to tenant A meanwhile, and how many of all were refusals, {limits}"),
        format!("{rate:.0}/s, {refused}"),
        "",
    );
    Ok(())
}

impl Seen {
    fn extend(&mut self, other: Self) {
        self.spans.extend(other.spans);
        self.errors += other.errors;
    }
}
