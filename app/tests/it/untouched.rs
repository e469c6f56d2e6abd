//! What one business does leaves another's store as it was, to the byte.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::json;
use stoa_http::openapi::{document, routes};
use stoa_testing::{Engine, Shop, TestApp, on_both_engines};

use crate::cases::{Things, checkout, product};

/// A tenant's file and what SQLite keeps beside it.
fn bytes(app: &TestApp, shop: &Shop) -> BTreeMap<PathBuf, Vec<u8>> {
    let file = app.file(shop.id);
    let beside = file.with_extension("db-wal");
    [file, beside]
        .into_iter()
        .filter_map(|path| Some((path.clone(), fs::read(&path).ok()?)))
        .collect()
}

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
                request.json(&json!({}))
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

    async fn a_shop_shows_nothing_of_another(app: TestApp) {
        let (a, b) = (app.shop().await, app.shop().await);
        let canary = "Kanarienvogel Blouse";
        b.create("/ecommerce/products", &product(canary, 3)).await;
        a.create("/ecommerce/products", &product("Own Shirt", 3)).await;
        for path in ["/", "/products", "/products/kanarienvogel-blouse", "/cart"] {
            let page = a.visitor.get(&a.site(path)).send().await;
            assert!(!page.text().contains(canary), "{path}");
        }
        assert!(b.visitor.get(&b.site("/products")).send().await.text().contains(canary));
        let listed = a.get("/ecommerce/products").await.json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    }

    async fn both_may_use_the_same_slug_and_sku_and_numbers(app: TestApp) {
        let (a, b) = (app.shop().await, app.shop().await);
        let mut numbers = Vec::new();
        for shop in [&a, &b] {
            let mut same = product("Same Shirt", 9);
            same["slug"] = json!("same-shirt");
            same["variants"][0]["sku"] = json!("SAME-1");
            let made = shop.create("/ecommerce/products", &same).await;
            let cart = shop.guest("POST", "/ecommerce/carts").json(&json!({})).send().await.json();
            let token = cart["token"].as_str().unwrap();
            let variant = made["variants"][0]["id"].as_str().unwrap();
            let line = format!("/ecommerce/carts/{token}/lines/{variant}");
            shop.guest("PUT", &line).json(&json!({"quantity": 2})).send().await.expect_status(200);
            let path = format!("/ecommerce/carts/{token}/checkout");
            let order = shop.guest("POST", &path).json(&checkout()).send().await.expect_status(201).json();
            numbers.push(order["number"].clone());
        }
        assert_eq!(numbers[0], numbers[1], "each business counts its own orders");
    }
}
