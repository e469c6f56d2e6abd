//! `Idempotency-Key`: sent again, a request has one effect and one answer.

use std::time::Duration;

use serde_json::Value;
use stoa_core::Actor;
use stoa_testing::{Reply, Request, Shop, TestApp, console, on_both_engines};
use tokio::task::JoinSet;

use crate::builders::{cart, delivery, items, make, mug, variant};

const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";

fn new_product(shop: &Shop, key: &str, body: &Value) -> Request {
    let url = shop.api("/ecommerce/products");
    shop.owner.post(&url).header("idempotency-key", key).json(body)
}

async fn all_at_once(requests: impl IntoIterator<Item = Request>) -> Vec<Reply> {
    let mut tasks = JoinSet::new();
    for request in requests {
        tasks.spawn(request.send());
    }
    tasks.join_all().await
}

/// All of them say the same, with this status.
fn assert_alike(replies: &[Reply], status: u16) {
    let first = replies[0].json();
    for reply in replies {
        assert_eq!((reply.status.as_u16(), reply.json()), (status, first.clone()));
    }
}

async fn count(shop: &Shop, path: &str) -> usize {
    items(&shop.get(path).await.expect_status(200).json()).len()
}

async fn keys(app: &TestApp, shop: &Shop) -> i64 {
    let mut cx = app
        .db
        .tenant(shop.id, Actor::System)
        .read()
        .await
        .expect("the store opens");
    let (count,): (i64,) = cx
        .sql(stoa_db::sql!("SELECT count(*) FROM idempotency_keys"))
        .one()
        .await
        .expect("a count");
    count
}

on_both_engines! {
    stoa::compose;

    /// FLT-10: the same key twenty times at once makes one order.
    async fn one_order_of_twenty_requests(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &mug("tide-mug", 5)).await;
        let token = cart(&shop, &[(variant(&product, 0), 2)]).await;
        let path = format!("/ecommerce/carts/{token}/checkout");
        let send = |key| shop.guest("POST", &path).header("idempotency-key", key).json(&delivery());
        let replies = all_at_once((0..20).map(|_| send(KEY))).await;
        assert_alike(&replies, 201);
        assert_eq!(count(&shop, "/ecommerce/orders").await, 1);
        // Another key is another request, and this one says that the cart was ordered before.
        assert_eq!(send("another").send().await.status, 200);
    }

    /// FLT-10: nor does it make two products; without a key each request is one of its own.
    async fn one_product_of_twenty_requests(app: TestApp) {
        let shop = app.shop().await;
        let replies = all_at_once((0..20).map(|_| new_product(&shop, KEY, &mug("tide-mug", 5)))).await;
        assert_alike(&replies, 201);
        assert_eq!(count(&shop, "/ecommerce/products").await, 1);
        let url = shop.api("/ecommerce/products");
        let again = shop.owner.post(&url).json(&mug("tide-mug", 5)).send().await.expect_status(409).json();
        assert_eq!(again["code"], "commerce.slug_taken");
    }

    /// FLT-10: a key is of one request, one tenant and one person.
    async fn a_key_belongs_to_one_request(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        new_product(&shop, KEY, &mug("tide-mug", 5)).send().await.expect_status(201);
        let reused = new_product(&shop, KEY, &mug("other-mug", 5)).send().await.expect_status(422).json();
        assert_eq!(reused["code"], "request.idempotency_reused");
        new_product(&other, KEY, &mug("other-mug", 5)).send().await.expect_status(201);
        let malformed = new_product(&shop, "two words", &mug("third-mug", 5)).send().await.expect_status(400).json();
        assert_eq!(malformed["code"], "request.idempotency_key");
        assert_eq!(count(&shop, "/ecommerce/products").await, 1);
    }

    async fn what_failed_is_tried_again(app: TestApp) {
        let shop = app.shop().await;
        let taken = make(&shop, &mug("tide-mug", 5)).await;
        new_product(&shop, KEY, &mug("tide-mug", 5)).send().await.expect_status(409);
        let url = shop.api(&format!("/ecommerce/products/{}", taken["id"].as_str().expect("an id")));
        shop.owner.delete(&url).send().await.expect_status(204);
        new_product(&shop, KEY, &mug("tide-mug", 5)).send().await.expect_status(201);
    }

    async fn keys_are_forgotten_after_a_day(app: TestApp) {
        let shop = app.shop().await;
        for number in 0..30 {
            let slug = format!("mug-{number}");
            new_product(&shop, &slug, &mug(&slug, 5)).send().await.expect_status(201);
        }
        assert_eq!(keys(&app, &shop).await, 30);
        app.clock.advance(Duration::from_secs(24 * 60 * 60 - 60));
        new_product(&shop, "mug-29", &mug("mug-29", 5)).send().await.expect_status(201);
        app.clock.advance(Duration::from_secs(61));
        // The request is a new one, and takes the oldest keys away.
        new_product(&shop, "mug-29", &mug("mug-29", 5)).send().await.expect_status(409);
        new_product(&shop, "fresh", &mug("fresh", 5)).send().await.expect_status(201);
        assert_eq!(keys(&app, &shop).await, 11);
        shop.owner.get(&console("/api/auth/session")).send().await.expect_status(200);
    }
}
