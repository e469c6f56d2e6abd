//! Files with defaults, sent as people send them.

use std::fmt::Write as _;

use serde_json::Value;
use stoa_core::{Actor, Currency, Feature};
use stoa_db::{JournalFilter, Stretch, sql};
use stoa_http::{TenantSnapshot, TenantStatus};
use stoa_imports::ImportFile;
use stoa_testing::{Client, Reply, Request, Shop, TestApp};

const BOUNDARY: &str = "------------------------d74496d66958873e";

pub(crate) const HEADER: &str = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n";

/// A file of so many products: each third one in two sizes, each tenth one without a price.
pub(crate) fn catalogue(products: usize) -> String {
    let mut file = HEADER.to_owned();
    for number in 0..products {
        let price = if number % 10 == 9 { "cheap" } else { "450" };
        let _ = writeln!(file, "thing-{number},Thing {number},Size,S,S-{number},{price}");
        if number % 3 == 0 {
            let _ = writeln!(file, "thing-{number},,,M,M-{number},500");
        }
    }
    file
}

/// The form, up to whatever the test leaves out of its end.
pub(crate) fn form(kind: &str, format: &str, file: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in [("kind", kind), ("format", format)] {
        let field =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(field.as_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"products.csv\"\r\nContent-Type: \
         text/csv\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    body
}

pub(crate) fn post(client: &Client, shop: &Shop, form: Vec<u8>) -> Request {
    client
        .post(&shop.api("/imports"))
        .body(&format!("multipart/form-data; boundary={BOUNDARY}"), form)
}

pub(crate) async fn send(shop: &Shop, file: &[u8]) -> Reply {
    post(&shop.owner, shop, form("products", "shopify", file))
        .send()
        .await
}

/// Sends a file and has its import run; answers what became of it.
pub(crate) async fn import(app: &TestApp, shop: &Shop, file: &str) -> Value {
    let sent = send(shop, file.as_bytes()).await.expect_status(201).json();
    run_jobs(app, shop).await;
    show(shop, &sent).await
}

pub(crate) async fn run_jobs(app: &TestApp, shop: &Shop) {
    app.jobs.run_due(&[shop.id]).await.expect("jobs are done");
}

pub(crate) async fn show(shop: &Shop, import: &Value) -> Value {
    shop.get(&path(import, "")).await.expect_status(200).json()
}

/// A path under an import.
pub(crate) fn path(import: &Value, under: &str) -> String {
    format!("/imports/{}{under}", text(&import["id"]))
}

#[track_caller]
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[track_caller]
pub(crate) fn items(page: &Value) -> &Vec<Value> {
    page["items"].as_array().expect("a list")
}

/// Rows, created, updated, unchanged, rejected.
pub(crate) fn counts(import: &Value) -> [i64; 5] {
    ["rows", "created", "updated", "unchanged", "rejected"].map(|name| import[name].as_i64().unwrap_or(-1))
}

/// What the shop sells, in words, without what differs between two shops.
pub(crate) async fn products(shop: &Shop) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = String::new();
    loop {
        let page = shop
            .get(&format!("/ecommerce/products?limit=100{next}"))
            .await
            .json();
        for item in items(&page) {
            let product = shop
                .get(&format!("/ecommerce/products/{}", text(&item["id"])))
                .await
                .json();
            let variants: Vec<_> = product["variants"]
                .as_array()
                .expect("variants")
                .iter()
                .map(|variant| format!("{} {}", variant["sku"], variant["price"]["amount"]))
                .collect();
            found.push(format!(
                "{} v{} {variants:?}",
                product["slug"], product["version"]
            ));
        }
        match page["next"].as_str() {
            Some(cursor) => next = format!("&after={cursor}"),
            None => break,
        }
    }
    found.sort_unstable();
    found
}

/// How many pieces of files are kept, and how many imports.
pub(crate) async fn kept(app: &TestApp, shop: &Shop) -> (i64, i64) {
    let mut cx = app
        .db
        .tenant(shop.id, Actor::System)
        .read()
        .await
        .expect("the store opens");
    cx.sql(sql!(
        "SELECT (SELECT count(*) FROM import_chunks), (SELECT count(*) FROM imports)"
    ))
    .one()
    .await
    .expect("both are counted")
}

/// How often the journal tells this of the shop.
pub(crate) async fn told(app: &TestApp, shop: &Shop, kind: &str) -> usize {
    let mut cx = app
        .db
        .tenant(shop.id, Actor::System)
        .read()
        .await
        .expect("the store opens");
    let lines = cx
        .journal(&JournalFilter::default(), &Stretch::first(10_000))
        .await
        .expect("the journal is read");
    lines.iter().filter(|line| line.kind == kind).count()
}

pub(crate) fn tenant(shop: &Shop) -> TenantSnapshot {
    TenantSnapshot {
        id: shop.id,
        slug: shop.slug.clone(),
        name: "A Shop".to_owned(),
        status: TenantStatus::Active,
        is_admin: false,
        currency: Currency::parse("BDT").expect("a currency"),
        locale: "en".to_owned(),
        time_zone: "UTC".to_owned(),
        features: vec![Feature::Ecommerce].into(),
        primary_site: None,
        version: 1,
    }
}

pub(crate) fn file(text: &str) -> ImportFile<'static, std::io::Cursor<Vec<u8>>> {
    ImportFile {
        kind: "products",
        format: "shopify",
        name: "products.csv",
        source: std::io::Cursor::new(text.as_bytes().to_vec()),
    }
}
