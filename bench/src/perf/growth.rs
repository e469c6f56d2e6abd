//! How what a tenant does grows with the tenant's own products and orders.

use std::{ops::Range, time::Duration};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use stoa::Stoa;
use stoa_core::TenantId;
use stoa_db::Event;

use super::Bench;
use crate::{
    carts::{Spread, Supply},
    checkouts::{CONNECTIONS, order},
    dataset::{self, Dataset, READ_TENANT, product_path},
    figures::{Growth, Quantity},
    postgres::Postgres,
    programs::get,
    runtime::block_on,
    server::{Server, Store},
    turns::Turn,
    wrk::{Asked, ask},
};

/// Orders that a turn of one second is made of, about; one tenant has one writer.
const ORDERS_PER_SECOND: u32 = 500;

/// A server with one tenant, of one size.
struct Shop {
    store: Store,
    server: Server,
    headers: Vec<(&'static str, String)>,
    tenant: TenantId,
    spread: Spread,
    carts: Supply,
}

#[derive(Debug, Serialize)]
struct Noted {
    number: u32,
}

impl Event for Noted {
    const KIND: &'static str = "bench.noted";

    fn subject(&self) -> String {
        self.number.to_string()
    }
}

pub(crate) fn on_sqlite(bench: &Bench, sizes: &[u32]) -> Result<Growth> {
    let mut shops = Vec::new();
    for size in sizes {
        let data = bench.home.path().join(format!("grown-{size}"));
        let dataset = dataset::in_files(&data, spread(*size), carts_needed(bench, *size))?;
        shops.push(Shop::open(bench, Store::Files(data), &dataset, *size)?);
    }
    measure(
        bench,
        Growth::new("products and as many orders of a tenant, SQLite", sizes),
        &mut shops,
    )
}

pub(crate) fn on_postgres(bench: &Bench, sizes: &[u32]) -> Result<Growth> {
    let (mut servers, mut shops) = (Vec::new(), Vec::new());
    for size in sizes {
        let postgres = Postgres::start()?;
        let dataset = dataset::in_postgres(&postgres, spread(*size), carts_needed(bench, *size))?;
        shops.push(Shop::open(bench, postgres.store(), &dataset, *size)?);
        servers.push(postgres);
    }
    measure(
        bench,
        Growth::new("products and as many orders of a tenant, PostgreSQL", sizes),
        &mut shops,
    )
}

fn spread(size: u32) -> Spread {
    Spread {
        tenants: 1,
        products: size,
    }
}

fn carts_needed(bench: &Bench, size: u32) -> u32 {
    size.next_multiple_of(CONNECTIONS) + orders_in(bench.turns.length) * (bench.turns.rounds + 1)
}

fn orders_in(length: Duration) -> u32 {
    let seconds = u32::try_from(length.as_secs().max(1)).unwrap_or(1);
    (seconds * ORDERS_PER_SECOND).next_multiple_of(CONNECTIONS)
}

fn measure(bench: &Bench, mut growth: Growth, shops: &mut [Shop]) -> Result<Growth> {
    let halfway = shops.iter().map(Shop::halfway).collect::<Result<Vec<_>>>()?;
    let lists = [
        (
            "read a product",
            vec![product_path(READ_TENANT, "products"); shops.len()],
        ),
        ("list 20 products", vec![list("products?limit=20"); shops.len()]),
        ("list 20 products from the middle", halfway),
        (
            "list 20 products with a tag",
            vec![list("products?limit=20&tag=cotton"); shops.len()],
        ),
        ("list 20 orders", vec![list("orders?limit=20"); shops.len()]),
    ];
    for (what, paths) in lists {
        measure_one(bench, &mut growth, what, shops, |shop, at, length| {
            ask(&shop.asking(paths.get(at).map_or("/", String::as_str)), length)
        })?;
    }
    measure_one(
        bench,
        &mut growth,
        "check out, 16 connections",
        shops,
        |shop, _, length| shop.order(orders_in(length)),
    )?;
    measure_one(
        bench,
        &mut growth,
        "append to the journal, one after the other",
        shops,
        |shop, _, length| append(shop, length),
    )?;
    Ok(growth)
}

fn measure_one(
    bench: &Bench,
    growth: &mut Growth,
    what: &'static str,
    shops: &mut [Shop],
    mut one: impl FnMut(&mut Shop, usize, Duration) -> Result<Turn>,
) -> Result<()> {
    let measured = bench.turns.in_turns(shops.len(), |at, length| {
        one(shops.get_mut(at).context("a shop")?, at, length)
    })?;
    for series in measured {
        growth.note(what, Quantity::PerSecond(series.median()));
    }
    Ok(())
}

fn list(of: &str) -> String {
    format!("/api/tenant/{READ_TENANT}/ecommerce/{of}")
}

/// Units of work that each add one line, for so long, one after the other.
fn append(shop: &Shop, length: Duration) -> Result<Turn> {
    block_on(async {
        let stoa = Stoa::open(&shop.store.settings()).await?;
        let store = stoa.for_command(shop.tenant);
        let started = std::time::Instant::now();
        let mut count = 0;
        while started.elapsed() < length {
            let mut cx = store.begin().await?;
            cx.record(&Noted { number: count });
            cx.commit().await?;
            count += 1;
        }
        Ok(Turn::of(count, started.elapsed()))
    })
}

impl Shop {
    /// Serves a tenant that has its products, and lets it sell as often.
    fn open(bench: &Bench, store: Store, dataset: &Dataset, size: u32) -> Result<Self> {
        let server = bench.serve("serve", &store)?;
        let tenant = dataset.tenants.first().context("a tenant")?;
        let mut shop = Self {
            headers: vec![
                ("Host", server.host("app")),
                ("Cookie", format!("__Host-stoa={}", dataset.session)),
            ],
            store,
            server,
            tenant: TenantId::from_uuid(*tenant),
            spread: spread(size),
            carts: Supply::of(carts_needed(bench, size)),
        };
        shop.order(size.next_multiple_of(CONNECTIONS))?;
        Ok(shop)
    }

    fn order(&mut self, count: u32) -> Result<Turn> {
        let orders: Range<u32> = self.carts.take(count)?;
        order(self.server.port, self.spread, &orders)
    }

    fn asking<'p>(&self, path: &'p str) -> Asked<'p> {
        Asked {
            port: self.server.port,
            path,
            headers: self.headers.clone(),
            connections: CONNECTIONS,
            script: None,
        }
    }

    /// The list of products from its middle on.
    fn halfway(&self) -> Result<String> {
        let mut after = String::new();
        let mut passed = 0;
        while passed < self.spread.products / 2 {
            let limit = (self.spread.products / 2 - passed).min(100);
            let page = self.page(&format!("products?limit={limit}{after}"))?;
            let next = page.get("next").and_then(serde_json::Value::as_str);
            after = format!("&after={}", next.context("a next page")?);
            passed += limit;
        }
        Ok(list(&format!("products?limit=20{after}")))
    }

    fn page(&self, of: &str) -> Result<serde_json::Value> {
        let lines: String = self.headers[1..]
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let answer = get(self.server.port, &self.server.host("app"), &list(of), &lines)?;
        ensure!(answer.status == 200, "{of} answers {}", answer.status);
        Ok(serde_json::from_slice(&answer.body)?)
    }
}
