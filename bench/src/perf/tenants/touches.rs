//! PERF-8 and PERF-13: every tenant once, each for the first time, and then many as fast as few.

use std::{fs, time::Instant};

use anyhow::{Result, ensure};
use http::StatusCode;

use super::{Plan, each};
use crate::{
    client::{Client, get},
    dataset::{BUSY, Crowd, Member, PRODUCT},
    figures::Figures,
    perf::Bench,
    runtime::block_on,
    server::Server,
    spans::{Spans, shown},
    wrk::{Asked, ask},
};

const CONNECTIONS: u32 = 16;
/// The few that the many are compared with.
const FEW: u32 = 10;

/// Asks in turn for one product of each of `count` tenants; their paths are made before.
const ROUND: &str = "local requests = {}\nlocal last = 0\nfunction init()\n  for number = 0, count - 1 do\n\
    requests[number] = wrk.format('GET', string.format(path, number))\n  end\nend\n\
    function request()\n  last = (last + 7) % count\n  return requests[last]\nend\n";

pub(super) fn measure(bench: &Bench, plan: &Plan<'_>, crowd: &Crowd, figures: &mut Figures) -> Result<()> {
    let id = plan.id;
    let server = bench.serve("serve", &crowd.store())?;
    let present = crowd.members().len();
    figures.note(
        id,
        format!("start until ready, {present} tenants present"),
        shown(server.ready_after),
        "≤ 2 s",
    );
    let sample = crowd.sample(plan.touched);
    let started = Instant::now();
    let touches = touch(&server, &sample)?;
    let took = started.elapsed();
    let (median, p99) = (shown(touches.median()), shown(touches.p99()));
    let touched = touches.count();
    figures.note(
        id,
        format!("first touch of each of {touched} tenants, one connection, p50"),
        median,
        "",
    );
    figures.note(id, "the same, p99", p99, "≤ 5 ms");
    figures.note(
        id,
        "the same, mean with the client's part",
        shown(each(took, touched)),
        "",
    );
    let memory = format!("{:.0} MB", server.running.resident_megabytes()?);
    figures.note(id, "memory after that", memory, "≤ 1536 MB");
    compare(bench, id, crowd, &server, figures)
}

/// Asks for the home page of each.
fn touch(server: &Server, members: &[Member]) -> Result<Spans> {
    block_on(async {
        let mut client = Client::connect(server.port).await?;
        let mut spans = Vec::with_capacity(members.len());
        for member in members {
            let reply = client
                .send(get("/", &[("Host", server.host(&member.slug))])?)
                .await?;
            ensure!(
                reply.status == StatusCode::OK,
                "the home page of {} answers {}",
                member.slug,
                reply.status
            );
            spans.push(reply.took);
        }
        Ok(spans.into_iter().collect())
    })
}

/// PERF-3's call over many tenants and over few.
fn compare(
    bench: &Bench,
    id: &'static str,
    crowd: &Crowd,
    server: &Server,
    figures: &mut Figures,
) -> Result<()> {
    let Some(owner) = crowd.members().first() else {
        return Ok(());
    };
    let (many, few) = (script(bench, BUSY)?, script(bench, FEW)?);
    let asked = Asked {
        port: server.port,
        path: "/",
        headers: vec![
            ("Host", server.host("app")),
            ("Cookie", format!("__Host-stoa={}", owner.session.as_str())),
        ],
        connections: CONNECTIONS,
        script: Some(&many),
    };
    let over_few = Asked {
        script: Some(&few),
        ..asked.clone()
    };
    let compared = bench
        .turns
        .compare(id, |length| ask(&asked, length), |length| ask(&over_few, length))?;
    let (Some(of_many), Some(of_few)) = (compared.ours.median_p99(), compared.floor.median_p99()) else {
        anyhow::bail!("wrk told no p99")
    };
    figures.note(
        id,
        format!("PERF-3's call over {BUSY} tenants against {FEW}, p99"),
        format!(
            "{:.2} ({} and {}; {:.0}/s and {:.0}/s)",
            of_many.as_secs_f64() / of_few.as_secs_f64(),
            shown(of_many),
            shown(of_few),
            compared.ours.median(),
            compared.floor.median()
        ),
        "≤ 1.3",
    );
    Ok(())
}

fn script(bench: &Bench, count: u32) -> Result<std::path::PathBuf> {
    let file = bench.home.path().join(format!("round-{count}.lua"));
    let path = format!("/api/tenant/bench-%03d/ecommerce/products/{PRODUCT}");
    fs::write(
        &file,
        format!("local count = {count}\nlocal path = '{path}'\n{ROUND}"),
    )?;
    Ok(file)
}
