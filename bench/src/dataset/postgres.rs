//! Fills a database: the first tenant's products for all tenants, and carts.

use std::fmt::Write;

use anyhow::Result;
use uuid::Uuid;

use crate::{
    carts::{self, LINES, STRIDE, Spread},
    postgres::{DATABASE, Postgres},
};

/// In an order that foreign keys allow.
const PRODUCT_TABLES: [&str; 5] = [
    "products",
    "product_tags",
    "product_options",
    "variants",
    "product_images",
];

pub(super) fn fill(server: &Postgres, tenants: &[Uuid], spread: Spread, count: u32) -> Result<()> {
    let mut script =
        String::from("SET search_path = tenant;\nCREATE TEMP TABLE bench (number bigint, id uuid);\n");
    for (number, tenant) in tenants.iter().enumerate() {
        let _ = writeln!(script, "INSERT INTO bench VALUES ({number}, '{tenant}');");
    }
    for table in PRODUCT_TABLES {
        let _ = writeln!(
            script,
            "INSERT INTO {table}
             SELECT (jsonb_populate_record(source.*, jsonb_build_object('tenant_id', bench.id))).*
             FROM {table} source JOIN bench first ON first.id = source.tenant_id AND first.number = 0, bench
             WHERE bench.number > 0;"
        );
    }
    let _ = writeln!(
        script,
        "INSERT INTO counters (tenant_id, name, value) SELECT id, 'orders', 0 FROM bench;"
    );
    script.push_str(&carts(spread, count));
    script.push_str("VACUUM ANALYZE;\nCHECKPOINT;\n");
    server.psql(DATABASE, &script).map(drop)
}

/// Writes what `carts` says of each number, in SQL.
fn carts(spread: Spread, count: u32) -> String {
    let id = format!("('{}' || lpad(to_hex(cart), 12, '0'))::uuid", carts::id_start());
    let tenants = spread.tenants;
    let numbers = format!("generate_series(0, {count} - 1) cart JOIN bench ON number = cart % {tenants}");
    format!(
        "INSERT INTO carts (tenant_id, id, token_hash, site_id, created_at, updated_at)
         SELECT bench.id, {id}, sha256(convert_to(lpad(cart::text, 42, 'A') || 'A', 'UTF8')), sites.id, now(), now()
         FROM {numbers} JOIN sites ON sites.tenant_id = bench.id;
         CREATE TEMP TABLE positions AS
         SELECT tenant_id, id, row_number() OVER (PARTITION BY tenant_id ORDER BY id) - 1 AS position FROM variants;
         CREATE INDEX ON positions (tenant_id, position);
         ANALYZE positions;
         INSERT INTO cart_lines (tenant_id, cart_id, variant_id, quantity, added_at)
         SELECT bench.id, {id}, positions.id, 1, now()
         FROM {numbers} CROSS JOIN generate_series(0, {LINES} - 1) line
         JOIN positions ON positions.tenant_id = bench.id
             AND position = (cart::bigint * {STRIDE}) % {} + line;\n",
        spread.firsts()
    )
}
