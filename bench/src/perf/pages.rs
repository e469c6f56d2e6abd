//! PERF-1 and PERF-2: public pages, out of memory and rendered anew.

use std::fs;

use anyhow::{Context, Result, ensure};

use super::{Bench, Measured, note_memory};
use crate::{
    figures::Figures,
    machine::megabytes,
    nginx::Nginx,
    programs::get,
    server::Store,
    wrk::{Asked, ask},
};

const SHOP: &str = "rongdhonu";
const PRODUCT: &str = "/products/rickshaw-art-tee";
const CONNECTIONS: u32 = 64;

/// A page is kept by its whole address, so that a query nobody used before is a page nobody has rendered before.
const NEVER_THE_SAME: &str = "local count = 0\nlocal thread = 0\nfunction setup(own) own:set('id', thread); \
    thread = thread + 1 end\nfunction request()\n  count = count + 1\n  return wrk.format('GET', wrk.path .. '?' .. id .. \
    '-' .. count .. '-' .. salt)\nend\nfunction init() salt = tostring(os.time()) end\n";

pub(crate) fn measure(bench: &Bench, figures: &mut Figures) -> Result<Vec<Measured>> {
    let store = Store::Files(bench.home.path().join("demo"));
    load_demonstration(bench, &store)?;
    let server = bench.serve("serve", &store)?;
    figures.note(
        "PERF-14",
        "Program",
        format!("{:.1} MB", megabytes(&bench.stoa)?),
        "≤ 60 MB",
    );
    figures.note(
        "PERF-14",
        "Start to ready, two shops",
        format!("{} ms", server.ready_after.as_millis()),
        "≤ 70 ms",
    );
    note_memory(figures, "Memory when idle", &server, "≤ 25 MB")?;

    let headers = vec![("Host", server.host(SHOP))];
    let page = get(server.port, &server.host(SHOP), "/", "")?;
    ensure!(page.status == 200, "the home page answers {}", page.status);
    let nginx = Nginx::serving(&page.body)?;
    let home = Asked {
        port: server.port,
        path: "/",
        headers: headers.clone(),
        connections: CONNECTIONS,
        script: None,
    };
    let file = Asked {
        port: nginx.port,
        headers: Vec::new(),
        ..home.clone()
    };
    let cached = bench
        .turns
        .compare("PERF-1", |length| ask(&home, length), |length| ask(&file, length))?;
    note_memory(figures, "Memory after PERF-1", &server, "≤ 80 MB")?;

    let script = bench.home.path().join("never-the-same.lua");
    fs::write(&script, NEVER_THE_SAME)?;
    let product = Asked {
        path: PRODUCT,
        script: Some(&script),
        ..home.clone()
    };
    let rendered = bench.turns.compare(
        "PERF-2",
        |length| ask(&product, length),
        |length| ask(&home, length),
    )?;
    note_memory(figures, "Memory after PERF-2", &server, "≤ 80 MB")?;
    Ok(vec![
        Measured {
            id: "PERF-1",
            what: "cached home page of a shop, SQLite, 64 connections",
            against: format!("nginx, 2 workers, the same {} bytes as a file", page.body.len()),
            reach: 0.75,
            comparison: cached,
        },
        Measured {
            id: "PERF-2",
            what: "product page that is rendered for each request, SQLite, 64 connections",
            against: "the cached home page of PERF-1".to_owned(),
            reach: 0.15,
            comparison: rendered,
        },
    ])
}

/// The command that loads the shops also serves them; it ends when they are there.
fn load_demonstration(bench: &Bench, store: &Store) -> Result<()> {
    bench
        .serve("demo", store)
        .map(drop)
        .context("loading the demonstration")
}
