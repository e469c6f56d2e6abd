//! PERF-3 and PERF-4: reading one product over the API, on both engines.

use std::fs;

use anyhow::{Result, ensure};

use super::{Bench, Measured, note_memory};
use crate::{
    dataset::{Dataset, PRODUCT, READ_TENANT, product_path},
    figures::Figures,
    pgbench::{self, Until},
    postgres::{DATABASE, Postgres},
    programs::get,
    server::{Server, Store},
    turns::Comparison,
    wrk::{Asked, ask},
};

const CONNECTIONS: u32 = 16;
const READ: &str = include_str!("../../pgbench/product.sql");

/// A server with the route that answers from memory, and somebody signed in to it.
struct Signed {
    server: Server,
    headers: Vec<(&'static str, String)>,
}

pub(crate) fn on_sqlite(
    bench: &Bench,
    store: &Store,
    dataset: &Dataset,
    figures: &mut Figures,
) -> Result<Measured> {
    let signed = sign_in(bench, store, dataset)?;
    let (product, memory) = (path("products"), path("memory"));
    let comparison = bench.turns.compare(
        "PERF-3",
        |length| ask(&signed.asking(&product), length),
        |length| ask(&signed.asking(&memory), length),
    )?;
    note_memory(figures, "Memory after PERF-3", &signed.server, "≤ 80 MB")?;
    Ok(Measured {
        id: "PERF-3",
        what: "product by slug over the API, signed in, SQLite, 16 connections",
        against: "a route of the same server behind the same layers, the same bytes from memory".to_owned(),
        reach: 0.6,
        comparison,
    })
}

pub(crate) fn on_postgres(bench: &Bench, postgres: &Postgres, dataset: &Dataset) -> Result<Measured> {
    let signed = sign_in(bench, &postgres.store(), dataset)?;
    let product = path("products");
    let tenant = dataset
        .tenants
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    let variables = [("tenant", tenant), ("slug", PRODUCT.to_owned())];
    let comparison: Comparison = bench.turns.compare(
        "PERF-4",
        |length| ask(&signed.asking(&product), length),
        |length| {
            pgbench::run(
                postgres,
                DATABASE,
                READ,
                &variables,
                Until::Seconds(length.as_secs().max(1)),
            )
        },
    )?;
    Ok(Measured {
        id: "PERF-4",
        what: "product by slug over the API, signed in, PostgreSQL, 16 connections",
        against: "pgbench: BEGIN, set_config, the same SELECT, COMMIT; prepared, 16 clients".to_owned(),
        reach: 0.7,
        comparison,
    })
}

/// Both paths answer the same bytes.
fn sign_in(bench: &Bench, store: &Store, dataset: &Dataset) -> Result<Signed> {
    let answer = bench.home.path().join("answer.json");
    let server = bench.serve_own(store, &answer)?;
    let cookie = format!("__Host-stoa={}", dataset.session);
    let header = format!("Cookie: {cookie}\r\n");
    let host = server.host("app");
    let product = get(server.port, &host, &path("products"), &header)?;
    ensure!(product.status == 200, "the product answers {}", product.status);
    fs::write(&answer, &product.body)?;
    ensure!(
        get(server.port, &host, &path("memory"), &header)?.body == product.body,
        "the route that answers from memory answers something else"
    );
    Ok(Signed {
        headers: vec![("Host", host), ("Cookie", cookie)],
        server,
    })
}

fn path(resource: &str) -> String {
    product_path(READ_TENANT, resource)
}

impl Signed {
    fn asking<'p>(&self, path: &'p str) -> Asked<'p> {
        Asked {
            port: self.server.port,
            path,
            headers: self.headers.clone(),
            connections: CONNECTIONS,
            script: None,
        }
    }
}
