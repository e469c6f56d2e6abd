//! The floor for checkouts on SQLite: the same statements on the same files, with nothing around them.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    sync::Barrier,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use rusqlite::{CachedStatement, Connection, OpenFlags, config::DbConfig, params};
use stoa_core::{Clock, Token};
use uuid::Uuid;

use crate::{
    carts::{self, LETTER, MANY_SHOPS},
    turns::Turn,
};

const LOCK_CART: &str = "UPDATE carts SET updated_at = ?3 WHERE token_hash = ?1 AND site_id = ?2";

const TAKE_LINES: &str = "DELETE FROM cart_lines WHERE cart_id = (
     SELECT c.id FROM carts c WHERE c.token_hash = ?1 AND c.site_id = ?2
         AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.cart_id = c.id))
 RETURNING cart_id, variant_id, quantity, added_at";

const TAKE_STOCK: &str = "UPDATE variants SET stock = CASE WHEN tracked THEN stock - ?2 ELSE stock END
 WHERE id = ?1 AND (stock >= ?2 OR backorder OR NOT tracked)";

/// Four members, as a list of three is filled up to.
const ITEMS: &str =
    "SELECT v.id, v.product_id, p.slug, p.title, CASE WHEN v.option1 IS NOT NULL THEN v.title END, v.sku,
     (SELECT i.url FROM product_images i WHERE i.product_id = v.product_id
      ORDER BY CASE WHEN i.variant_id = v.id THEN 0 ELSE 1 END, i.position LIMIT 1),
     v.price, v.currency, v.stock, v.tracked, v.backorder, p.status = 'active'
 FROM variants v JOIN products p ON p.id = v.product_id
 WHERE v.id IN (?1, ?2, ?3, ?4) ORDER BY v.id";

const NUMBER: &str = "UPDATE counters SET value = value + 1 WHERE name = 'orders' RETURNING value";

const INSERT_ORDER: &str = "INSERT INTO orders (id, number, cart_id, site_id, token_hash, status, payment_status,
     payment_method, currency, subtotal, shipping, total, contact_name, phone, email, address, note, placed_at, version)
 VALUES (?1, ?2, ?3, ?4, ?5, 'pending', 'pending', 'cash_on_delivery', ?6, ?7, 0, ?7, 'Farhana Akter', '+8801711000000',
     'farhana@example.com', ?8, NULL, ?9, 1)";

const ADDRESS: &str = r#"{"line1":"House 12, Road 5","line2":null,"city":"Dhaka","region":null,"postcode":"1209","country":"Bangladesh"}"#;

const INSERT_LINE: &str =
    "INSERT INTO order_lines (order_id, position, product_id, variant_id, sku, title, variant_title,
     image, unit_price, quantity, total)
 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?9 * ?10)";

const INSERT_JOB: &str =
    "INSERT INTO jobs (id, kind, data, state, due_at, attempts, max_attempts, unique_key, progress_done, created_at)
 VALUES (?1, 'mail.send', ?2, 'waiting', ?3, 0, 16, NULL, 0, ?3) ON CONFLICT DO NOTHING";

const ADVANCE: &str = "UPDATE journal_head SET seq = seq + ?1 RETURNING seq, hash";

const JOURNAL: &str = "INSERT INTO journal (seq, at, actor, kind, subject, data, digest, hash)
 VALUES (?1, ?2, 'visitor', 'order.placed', ?3, ?4, ?5, ?5)";

const SEAL: &str = "UPDATE journal_head SET hash = ?1";

/// A tenant's file, opened as `kit/db` opens it.
struct Shop {
    connection: Connection,
    site: Vec<u8>,
}

/// All tenants' files, in the order of the tenants' numbers.
pub(crate) struct Shops(Vec<Shop>);

/// One thread's tenants, and the carts to order: whose, counted among its own, and the token.
#[derive(Default)]
struct Worker<'s> {
    shops: Vec<&'s mut Shop>,
    orders: Vec<(usize, Token)>,
}

struct Line {
    variant: Vec<u8>,
    quantity: i64,
}

struct Taken {
    cart: Vec<u8>,
    lines: Vec<Line>,
}

struct Order<'t> {
    id: Uuid,
    number: i64,
    placed_at: i64,
    token: &'t Token,
}

struct Item {
    variant: Vec<u8>,
    product: Vec<u8>,
    title: String,
    variant_title: Option<String>,
    sku: Option<String>,
    image: Option<String>,
    price: i64,
    currency: String,
}

/// The files of a data directory, in the order of the tenants' numbers.
pub(crate) fn files(data: &Path, tenants: &[Uuid]) -> Vec<PathBuf> {
    tenants
        .iter()
        .map(|tenant| data.join("tenants").join(format!("{tenant}.db")))
        .collect()
}

impl Shops {
    /// Opens the files; they stay open, as a server's do, so that no turn pays for opening or closing them.
    pub(crate) fn open(files: &[PathBuf]) -> Result<Self> {
        files
            .iter()
            .map(|file| open(file))
            .collect::<Result<_>>()
            .map(Self)
    }

    /// Orders these carts, each thread the ones of its own tenants.
    pub(crate) fn order(&mut self, orders: &Range<u32>, threads: u32) -> Result<Turn> {
        let mut workers: Vec<Worker<'_>> = (0..threads).map(|_| Worker::default()).collect();
        for (tenant, shop) in self.0.iter_mut().enumerate() {
            if let Some(worker) = workers.get_mut(tenant % usize::try_from(threads)?) {
                worker.shops.push(shop);
            }
        }
        for cart in orders.clone() {
            let tenant = MANY_SHOPS.tenant(cart);
            if let Some(worker) = workers.get_mut(usize::try_from(tenant % threads)?) {
                worker
                    .orders
                    .push((usize::try_from(tenant / threads)?, carts::token(cart)?));
            }
        }
        let took = run_all(workers)?;
        Ok(Turn::of(orders.end - orders.start, took))
    }

    /// The number of threads with which a short turn is fastest, of those that make sense.
    pub(crate) fn best_threads(&mut self, mut orders: impl FnMut() -> Result<Range<u32>>) -> Result<u32> {
        // The first orders of all fill the caches.
        self.order(&orders()?, 1)?;
        let mut best = (1, 0.0);
        for threads in [1, 2, 4, 8, 16] {
            let rate = self.order(&orders()?, threads)?.rate;
            if rate > best.1 {
                best = (threads, rate);
            }
        }
        Ok(best.0)
    }
}

impl Worker<'_> {
    /// When it began and when it was done.
    fn work(mut self, all_ready: &Barrier) -> Result<(Instant, Instant)> {
        all_ready.wait();
        let started = Instant::now();
        for (shop, token) in &self.orders {
            let shop = self.shops.get_mut(*shop).context("a shop that is not open")?;
            check_out(shop, token)?;
        }
        Ok((started, Instant::now()))
    }
}

/// Lets all work at the same time; says how long it took from the first start to the last end.
fn run_all(workers: Vec<Worker<'_>>) -> Result<Duration> {
    let all_ready = Barrier::new(workers.len());
    std::thread::scope(|scope| {
        let all_ready = &all_ready;
        let running: Vec<_> = workers
            .into_iter()
            .map(|worker| scope.spawn(move || worker.work(all_ready)))
            .collect();
        let mut spans = Vec::new();
        for worker in running {
            spans.push(worker.join().map_err(|_| anyhow::anyhow!("a worker broke"))??);
        }
        let started = spans.iter().map(|(started, _)| *started).min();
        let ended = spans.iter().map(|(_, ended)| *ended).max();
        Ok(ended
            .zip(started)
            .map_or(Duration::ZERO, |(ended, started)| ended - started))
    })
}

fn open(file: &Path) -> Result<Shop> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags_and_vfs(file, flags, c"unix-excl")?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -2000;
         PRAGMA journal_size_limit = 4194304;",
    )?;
    let site = connection.query_row("SELECT id FROM sites", [], |row| row.get(0))?;
    Ok(Shop { connection, site })
}

fn check_out(shop: &Shop, token: &Token) -> Result<()> {
    let now = Clock::System.now().as_micros();
    run(shop, "BEGIN IMMEDIATE")?;
    prepared(shop, LOCK_CART)?.execute(params![token.hash(), shop.site, now])?;
    let taken = take_lines(shop, token)?;
    ensure!(taken.lines.len() == 3, "a cart without its lines");
    for Line { variant, quantity } in &taken.lines {
        ensure!(
            prepared(shop, TAKE_STOCK)?.execute(params![variant, quantity])? == 1,
            "no stock"
        );
    }
    let items = items(shop, &taken.lines)?;
    let number: i64 = prepared(shop, NUMBER)?.query_row([], |row| row.get(0))?;
    let order = Uuid::now_v7();
    insert_order(
        shop,
        &Order {
            id: order,
            number,
            placed_at: now,
            token,
        },
        &taken,
        &items,
    )?;
    insert_lines(shop, order, &taken.lines, &items)?;
    for _ in 0..2 {
        prepared(shop, INSERT_JOB)?.execute(params![Uuid::now_v7().as_bytes(), LETTER.as_bytes(), now])?;
    }
    write_journal(shop, order, number, now)?;
    run(shop, "COMMIT")
}

fn take_lines(shop: &Shop, token: &Token) -> Result<Taken> {
    let mut statement = prepared(shop, TAKE_LINES)?;
    let mut rows = statement.query(params![token.hash(), shop.site])?;
    let mut taken = Taken {
        cart: Vec::new(),
        lines: Vec::new(),
    };
    while let Some(row) = rows.next()? {
        taken.cart = row.get(0)?;
        taken.lines.push(Line {
            variant: row.get(1)?,
            quantity: row.get(2)?,
        });
    }
    taken.lines.sort_by(|one, other| one.variant.cmp(&other.variant));
    Ok(taken)
}

fn items(shop: &Shop, lines: &[Line]) -> Result<Vec<Item>> {
    let mut ids: Vec<&[u8]> = lines.iter().map(|line| line.variant.as_slice()).collect();
    ids.extend(ids.last().copied());
    let mut statement = prepared(shop, ITEMS)?;
    let items = statement.query_map(rusqlite::params_from_iter(ids), |row| {
        Ok(Item {
            variant: row.get(0)?,
            product: row.get(1)?,
            title: row.get(3)?,
            variant_title: row.get(4)?,
            sku: row.get(5)?,
            image: row.get(6)?,
            price: row.get(7)?,
            currency: row.get(8)?,
        })
    })?;
    Ok(items.collect::<rusqlite::Result<_>>()?)
}

fn insert_order(shop: &Shop, order: &Order<'_>, taken: &Taken, items: &[Item]) -> Result<()> {
    let total: i64 = items
        .iter()
        .zip(&taken.lines)
        .map(|(item, line)| item.price * line.quantity)
        .sum();
    let currency = items.first().map(|item| item.currency.as_str());
    let hash = order.token.derive("order").hash();
    prepared(shop, INSERT_ORDER)?.execute(params![
        order.id.as_bytes(),
        order.number,
        taken.cart,
        shop.site,
        hash,
        currency,
        total,
        ADDRESS,
        order.placed_at
    ])?;
    Ok(())
}

fn insert_lines(shop: &Shop, order: Uuid, lines: &[Line], items: &[Item]) -> Result<()> {
    for (position, (item, line)) in (0_i64..).zip(items.iter().zip(lines)) {
        let Item {
            variant,
            product,
            title,
            variant_title,
            sku,
            image,
            price,
            ..
        } = item;
        prepared(shop, INSERT_LINE)?.execute(params![
            order.as_bytes(),
            position,
            product,
            variant,
            sku,
            title,
            variant_title,
            image,
            price,
            line.quantity
        ])?;
    }
    Ok(())
}

fn write_journal(shop: &Shop, order: Uuid, number: i64, now: i64) -> Result<()> {
    let (seq, hash): (i64, Vec<u8>) =
        prepared(shop, ADVANCE)?.query_row([1], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let data = format!(
        r#"{{"order":"{order}","number":{number},"total":{{"amount":129900,"currency":"BDT"}},"lines":3}}"#
    );
    prepared(shop, JOURNAL)?.execute(params![seq, now, order.to_string(), data, hash])?;
    prepared(shop, SEAL)?.execute([hash])?;
    Ok(())
}

fn prepared<'s>(shop: &'s Shop, text: &str) -> Result<CachedStatement<'s>> {
    Ok(shop.connection.prepare_cached(text)?)
}

fn run(shop: &Shop, text: &str) -> Result<()> {
    prepared(shop, text)?.execute([])?;
    Ok(())
}
