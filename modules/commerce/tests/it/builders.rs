//! Products, carts and orders with defaults, made as users make them.

use serde_json::{Value, json};
use stoa_db::{JournalFilter, Stretch};
use stoa_testing::{Reply, Shop};

/// A text of an answer.
#[track_caller]
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[track_caller]
pub(crate) fn items(page: &Value) -> &Vec<Value> {
    page["items"].as_array().expect("a list")
}

pub(crate) fn taka(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "BDT" })
}

/// A product with one variant at 450.00, so many in stock.
pub(crate) fn mug(slug: &str, stock: i64) -> Value {
    json!({
        "slug": slug, "title": "Tide mug", "status": "active", "tags": ["kitchen"],
        "description_html": "<p>Holds <b>tea</b>.</p><script>x()</script>",
        "images": [{ "url": "https://cdn.example.com/mug.jpg", "alt": "A mug" }],
        "variants": [{ "sku": format!("{slug}-1"), "price": taka(45_000), "stock": stock }],
    })
}

/// A product in sizes S and M, at 1,299.00 and 1,399.00.
pub(crate) fn shirt(slug: &str, stock: i64) -> Value {
    json!({
        "slug": slug, "title": "Linen shirt", "status": "active", "vendor": "Rongdhonu", "options": ["Size"],
        "variants": [
            { "options": ["S"], "sku": format!("{slug}-s"), "price": taka(129_900), "stock": stock },
            { "options": ["M"], "sku": format!("{slug}-m"), "price": taka(139_900), "stock": stock },
        ],
    })
}

/// Makes the product and answers it.
pub(crate) async fn make(shop: &Shop, product: &Value) -> Value {
    shop.create("/ecommerce/products", product).await
}

pub(crate) fn variant(product: &Value, position: usize) -> &str {
    text(&product["variants"][position]["id"])
}

/// What is in stock of a variant now.
pub(crate) async fn stock(shop: &Shop, product: &Value, position: usize) -> i64 {
    let path = format!("/ecommerce/products/{}", text(&product["id"]));
    let product = shop.get(&path).await.expect_status(200).json();
    product["variants"][position]["stock"].as_i64().expect("a number")
}

/// A cart's token.
pub(crate) async fn cart(shop: &Shop, lines: &[(&str, u32)]) -> String {
    let made = shop
        .guest("POST", "/ecommerce/carts")
        .send()
        .await
        .expect_status(201)
        .json();
    let token = text(&made["token"]).to_owned();
    for (variant, quantity) in lines {
        put(shop, &token, variant, *quantity).await.expect_status(200);
    }
    token
}

pub(crate) async fn put(shop: &Shop, cart: &str, variant: &str, quantity: u32) -> Reply {
    let path = format!("/ecommerce/carts/{cart}/lines/{variant}");
    shop.guest("PUT", &path)
        .json(&json!({ "quantity": quantity }))
        .send()
        .await
}

pub(crate) fn delivery() -> Value {
    json!({
        "contact": { "name": "Ayesha Rahman", "phone": "+880 1712 345678" },
        "address": { "line1": "12 Lake Road", "city": "Dhaka", "country": "Bangladesh" },
        "payment_method": "cash_on_delivery",
        "note": "Please ring twice",
    })
}

pub(crate) async fn check_out(shop: &Shop, cart: &str) -> Reply {
    shop.guest("POST", &format!("/ecommerce/carts/{cart}/checkout"))
        .json(&delivery())
        .send()
        .await
}

/// Kinds of what the journal tells, oldest first, of this module alone.
pub(crate) async fn journal(app: &stoa_testing::TestApp, shop: &Shop) -> Vec<String> {
    let mut cx = app
        .db
        .tenant(shop.id, stoa_core::Actor::System)
        .read()
        .await
        .expect("the store opens");
    let lines = cx
        .journal(&JournalFilter::default(), &Stretch::first(100))
        .await
        .expect("the journal is read");
    let ours = ["product.", "stock.", "availability.", "order."];
    let kinds = lines.into_iter().rev().map(|line| line.kind);
    kinds
        .filter(|kind| ours.iter().any(|own| kind.starts_with(own)))
        .collect()
}
