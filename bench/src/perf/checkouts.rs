//! PERF-5 and PERF-6: checkouts, on both engines.

use std::{cell::RefCell, fs, path::Path, time::Duration};

use anyhow::{Result, ensure};

use super::{Bench, Measured, note_memory};
use crate::{
    carts::{self, LINES, MANY_SHOPS, STRIDE, Supply},
    checkouts::{CONNECTIONS, order},
    dataset::{self, Dataset},
    figures::Figures,
    pgbench::{self, Until},
    postgres::{FLOOR, Postgres},
    server::Store,
    sqlite_floor::{Shops, files},
    turns::{Turn, Turns},
};

/// Orders that a turn of one second is made of, about.
const PER_SECOND_ON_SQLITE: u32 = 2000;
const PER_SECOND_ON_POSTGRES: u32 = 1000;
/// Turns that are tried to find the best number of threads.
const TRIALS: u32 = 5;

const CHECKOUT: &str = include_str!("../../pgbench/checkout.sql");

/// Carts that a run takes at most, for each of the two.
fn carts_needed(turns: Turns, per_second: u32) -> u32 {
    let turn = orders_in(turns.length, per_second);
    turn * (turns.rounds + 1 + TRIALS)
}

/// The orders of a turn: always so many, rather than for so long, so that carts can be made before.
fn orders_in(length: Duration, per_second: u32) -> u32 {
    let seconds = u32::try_from(length.as_secs().max(1)).unwrap_or(1);
    (seconds * per_second).next_multiple_of(CONNECTIONS)
}

/// Fills files with all that PERF-3 and PERF-5 need, and copies them for the floor.
pub(crate) fn prepare_files(bench: &Bench, data: &Path, floor: &Path) -> Result<(Store, Dataset)> {
    let store = Store::Files(data.to_owned());
    let dataset = dataset::in_files(data, MANY_SHOPS, carts_needed(bench.turns, PER_SECOND_ON_SQLITE))?;
    fs::create_dir_all(floor.join("tenants"))?;
    for (from, to) in files(data, &dataset.tenants)
        .iter()
        .zip(files(floor, &dataset.tenants))
    {
        fs::copy(from, to)?;
    }
    Ok((store, dataset))
}

/// Fills a database with all that PERF-4 and PERF-6 need, and copies it for the floor.
pub(crate) fn prepare_postgres(bench: &Bench, postgres: &Postgres) -> Result<Dataset> {
    let dataset = dataset::in_postgres(
        postgres,
        MANY_SHOPS,
        carts_needed(bench.turns, PER_SECOND_ON_POSTGRES),
    )?;
    postgres.copy()?;
    Ok(dataset)
}

pub(crate) fn on_sqlite(
    bench: &Bench,
    store: &Store,
    floor: &Path,
    dataset: &Dataset,
    figures: &mut Figures,
) -> Result<Measured> {
    let server = bench.serve("serve", store)?;
    let all = carts_needed(bench.turns, PER_SECOND_ON_SQLITE);
    let (mut ours, mut bare) = (Supply::of(all), Supply::of(all));
    let mut shops = Shops::open(&files(floor, &dataset.tenants))?;
    let count = |length| orders_in(length, PER_SECOND_ON_SQLITE);
    let threads = shops.best_threads(|| bare.take(count(bench.turns.length) / 2))?;
    let comparison = bench.turns.compare(
        "PERF-5",
        |length| order(server.port, MANY_SHOPS, &ours.take(count(length))?),
        |length| shops.order(&bare.take(count(length))?, threads),
    )?;
    note_memory(figures, "Memory after PERF-5, 200 tenants", &server, "≤ 80 MB")?;
    Ok(Measured {
        id: "PERF-5",
        what: "checkout of three lines over HTTP, SQLite FULL, 16 connections, 200 tenants",
        against: format!(
            "a bare loop over rusqlite, the same statements on the same files, {threads} threads (the best number)"
        ),
        reach: 0.5,
        comparison,
    })
}

pub(crate) fn on_postgres(bench: &Bench, postgres: &Postgres, dataset: &Dataset) -> Result<Measured> {
    let server = bench.serve("serve", &postgres.store())?;
    let all = carts_needed(bench.turns, PER_SECOND_ON_POSTGRES);
    let (mut ours, mut bare) = (Supply::of(all), Supply::of(all));
    let script = script(postgres, dataset)?;
    let count = |length| orders_in(length, PER_SECOND_ON_POSTGRES);
    let sold = RefCell::new(0);
    let comparison = bench.turns.compare(
        "PERF-6",
        |length| order(server.port, MANY_SHOPS, &ours.take(count(length))?),
        |length| {
            let orders = bare.take(count(length))?;
            *sold.borrow_mut() += count(length);
            run_pgbench(postgres, &script, orders.start, count(length))
        },
    )?;
    let lines = postgres.column(FLOOR, "SELECT count(*) FROM tenant.order_lines")?;
    let expected = (sold.take() * LINES).to_string();
    ensure!(
        lines == [expected.as_str()],
        "pgbench ordered {lines:?} lines instead of {expected}"
    );
    Ok(Measured {
        id: "PERF-6",
        what: "checkout of three lines over HTTP, PostgreSQL, 16 connections, 200 tenants",
        against: "pgbench: the same statements one by one, prepared, 16 clients, on a copy of the database"
            .to_owned(),
        reach: 0.7,
        comparison,
    })
}

fn run_pgbench(postgres: &Postgres, script: &str, first: u32, count: u32) -> Result<Turn> {
    let variables = [("first", first.to_string()), ("i", "-1".to_owned())];
    pgbench::run(
        postgres,
        FLOOR,
        script,
        &variables,
        Until::Transactions(count / CONNECTIONS),
    )
}

/// The script with this run's tenants, websites and variants in it.
fn script(postgres: &Postgres, dataset: &Dataset) -> Result<String> {
    let tenants: Vec<String> = dataset.tenants.iter().map(ToString::to_string).collect();
    let ids = quoted(&tenants);
    let sites = postgres.column(
        FLOOR,
        &format!("SELECT id FROM tenant.sites ORDER BY array_position(ARRAY[{ids}]::uuid[], tenant_id)"),
    )?;
    ensure!(
        sites.len() == tenants.len(),
        "a tenant has no website, or several"
    );
    let first = tenants.first().map_or("", String::as_str);
    let variants = postgres.column(
        FLOOR,
        &format!("SELECT id FROM tenant.variants WHERE tenant_id = '{first}' ORDER BY id"),
    )?;
    Ok(CHECKOUT
        .replace("@TENANTS@", &MANY_SHOPS.tenants.to_string())
        .replace("@STRIDE@", &STRIDE.to_string())
        .replace("@FIRST_PRODUCTS@", &MANY_SHOPS.firsts().to_string())
        .replace("@TENANT_IDS@", &ids)
        .replace("@SITE_IDS@", &quoted(&sites))
        .replace("@VARIANT_IDS@", &quoted(&variants))
        .replace("@LETTER@", &carts::LETTER.trim_end().replace(':', ": "))
        .replace("@CART_START@", &carts::id_start()))
}

fn quoted(texts: &[String]) -> String {
    texts
        .iter()
        .map(|text| format!("'{text}'"))
        .collect::<Vec<_>>()
        .join(",")
}
