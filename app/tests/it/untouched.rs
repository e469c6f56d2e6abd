//! What one business does leaves another's store as it was, to the byte.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::json;
use stoa_http::openapi::{document, routes};
use stoa_testing::{Engine, Shop, TestApp, on_both_engines};

use crate::cases::{Things, checkout, product, text};

/// A tenant's file and what SQLite keeps beside it.
fn bytes(app: &TestApp, shop: &Shop) -> BTreeMap<PathBuf, Vec<u8>> {
    let file = app.file(shop.id);
    let beside = file.with_extension("db-wal");
    [file, beside]
        .into_iter()
        .filter_map(|path| Some((path.clone(), fs::read(&path).ok()?)))
        .collect()
}

/// ATK-O1: to the byte.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_api_run_as_one_business_leaves_another_s_file_as_it_was() {
    let app = TestApp::start(Engine::Sqlite, stoa::compose).await;
    let (a, b) = (app.shop().await, app.shop().await);
    let theirs = Things::of(&b).await;
    let before = bytes(&app, &b);
    assert!(before.values().all(|bytes| !bytes.is_empty()) && !before.is_empty());

    let own = Things::of(&a).await;
    for route in routes(&document(&stoa::every_module())) {
        // Ending the session would leave the rest of the run without one.
        if route.path.contains("logout")
            || route.path.contains("election")
            || route.path.contains("/sessions/")
        {
            continue;
        }
        for things in [&own, &theirs] {
            let path = things.fill(&route.path);
            let request = a
                .owner
                .request(route.method.clone(), &a.api(path.strip_prefix("/api").unwrap()));
            let request = if route.method.is_safe() {
                request
            } else {
                request.json(&things.body(&route))
            };
            request.send().await;
        }
    }
    assert_eq!(bytes(&app, &b), before);
    // The comparison can fail: a change of its own shows.
    b.create("/ecommerce/products", &product("Seen", 1)).await;
    assert_ne!(bytes(&app, &b), before);
}

on_both_engines! {
    stoa::compose;

    /// ATK-O7, ATK-O8: what one business names and counts is nothing to another.
    async fn both_may_use_the_same_slug_and_sku_and_numbers(app: TestApp) {
        let (a, b) = (app.shop().await, app.shop().await);
        let mut same = product("Same Shirt", 99);
        same["slug"] = json!("same-shirt");
        same["variants"][0]["sku"] = json!("SAME-1");
        let mut variants = Vec::new();
        for shop in [&a, &b] {
            let made = shop.create("/ecommerce/products", &same).await;
            variants.push(text(&made["variants"][0]["id"]));
        }
        // B trades before, between and after A's orders; the same people shop in both.
        let mut numbers = Vec::new();
        for shop in [&b, &b, &a, &b, &a, &b, &a] {
            let variant = &variants[usize::from(shop.id == b.id)];
            let cart = shop.guest("POST", "/ecommerce/carts").json(&json!({})).send().await.json();
            let token = text(&cart["token"]);
            let line = format!("/ecommerce/carts/{token}/lines/{variant}");
            shop.guest("PUT", &line).json(&json!({"quantity": 2})).send().await.expect_status(200);
            let path = format!("/ecommerce/carts/{token}/checkout");
            let mut delivery = checkout();
            delivery["contact"]["email"] = json!("rahim@example.org");
            let order = shop.guest("POST", &path).json(&delivery).send().await.expect_status(201).json();
            if shop.id == a.id {
                numbers.push(order["number"].as_i64().unwrap());
            }
        }
        assert_eq!(numbers, [1, 2, 3]);
    }
}
