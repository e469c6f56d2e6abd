//! Fills tenants' files: the first one's products for all, and carts.

use std::path::Path;

use anyhow::Result;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::{
    carts::{self, Spread},
    sqlite_floor::files,
};

/// In an order that foreign keys allow.
const PRODUCT_TABLES: [&str; 5] = [
    "products",
    "product_tags",
    "product_options",
    "variants",
    "product_images",
];

pub(super) fn fill(data: &Path, tenants: &[Uuid], spread: Spread, count: u32) -> Result<()> {
    let files = files(data, tenants);
    let Some(first) = files.first() else { return Ok(()) };
    for (tenant, file) in (0..).zip(&files) {
        let mut connection = Connection::open(file)?;
        connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON")?;
        if tenant > 0 {
            connection.execute("ATTACH ?1 AS source", [first.to_string_lossy()])?;
        }
        let transaction = connection.transaction()?;
        if tenant > 0 {
            for table in PRODUCT_TABLES {
                transaction.execute(
                    &format!("INSERT INTO main.{table} SELECT * FROM source.{table}"),
                    [],
                )?;
            }
        }
        transaction.execute("INSERT INTO main.counters (name, value) VALUES ('orders', 0)", [])?;
        insert_carts(
            &transaction,
            spread,
            (0..count).filter(|cart| spread.tenant(*cart) == tenant),
        )?;
        transaction.commit()?;
    }
    Ok(())
}

fn insert_carts(connection: &Connection, spread: Spread, numbers: impl Iterator<Item = u32>) -> Result<()> {
    let site: Vec<u8> = connection.query_row("SELECT id FROM main.sites", [], |row| row.get(0))?;
    let variants: Vec<Vec<u8>> = connection
        .prepare("SELECT id FROM main.variants ORDER BY id")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut insert_cart = connection.prepare(
        "INSERT INTO main.carts (id, token_hash, site_id, created_at, updated_at) VALUES (?1, ?2, ?3, 0, 0)",
    )?;
    let mut insert_line = connection.prepare(
        "INSERT INTO main.cart_lines (cart_id, variant_id, quantity, added_at) VALUES (?1, ?2, 1, 0)",
    )?;
    for number in numbers {
        let id = carts::cart_id(number);
        insert_cart.execute(params![id.as_bytes(), carts::token(number)?.hash(), site])?;
        for product in spread.products(number) {
            insert_line.execute(params![id.as_bytes(), variants.get(usize::try_from(product)?)])?;
        }
    }
    Ok(())
}
