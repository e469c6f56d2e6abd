//! Every list, as its description says: in each of its orders, page by page, and nothing else than it knows.

use std::collections::HashSet;

use serde_json::{Value, json};
use stoa_core::Timestamp;
use stoa_http::openapi::document;
use stoa_testing::{Shop, on_both_engines};

use crate::cases::{Things, api_key, order, product, text};

/// A list and its orders.
struct List {
    path: String,
    sorts: Vec<String>,
}

fn lists(things: &Things) -> Vec<List> {
    let document = serde_json::to_value(document(&stoa::every_module())).unwrap();
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .filter_map(|(path, item)| {
            let parameters = item["get"]["parameters"].as_array()?;
            let sort = parameters.iter().find(|parameter| parameter["name"] == "sort")?;
            let sorts = sort["schema"]["enum"].as_array()?;
            Some(List {
                path: things.fill(path).replacen("/api", "", 1),
                sorts: sorts.iter().map(text).collect(),
            })
        })
        .collect()
}

/// All that a list holds, in pages of two; and the cursor behind the first page.
async fn walk(shop: &Shop, path: &str, sort: &str) -> (Vec<Value>, Option<String>) {
    let (mut items, mut first, mut after) = (Vec::new(), None, String::new());
    loop {
        let page = shop.get(&format!("{path}?limit=2&sort={sort}{after}")).await;
        let page = page.expect_status(200).json();
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next"].as_str() else {
            return (items, first);
        };
        after = format!("&after={next}");
        first.get_or_insert_with(|| next.to_owned());
    }
}

/// What of an item decides its place. Lists by creation go by ids, which know milliseconds.
fn place(item: &Value, field: &str) -> (i64, String) {
    match &item[field] {
        Value::Number(number) => (number.as_i64().unwrap(), String::new()),
        Value::String(text) if field.ends_with("_at") => {
            let at: Timestamp = serde_json::from_value(json!(text)).unwrap();
            (at.as_micros() / 1000, String::new())
        }
        Value::String(text) => (0, text.to_ascii_lowercase()),
        other => panic!("{field} of {item} is {other}"),
    }
}

on_both_engines! {
    stoa::compose;

    /// ATK-O6: whatever the order, each item comes once, and a cursor of one order is none of another.
    async fn every_list_is_walked_in_every_order(app: TestApp) {
        let shop = app.shop().await;
        let things = Things::of(&shop).await;
        for title in ["apron", "Äpfel", "Zebra", "blue kurta"] {
            let made = shop.create("/ecommerce/products", &product(title, 1)).await;
            order(&shop, &text(&made["variants"][0]["id"])).await;
        }
        shop.create("/api-keys", &api_key(&["orders.read"])).await;
        let (mut walked, mut longest) = (0, 0);
        for List { path, sorts } in lists(&things) {
            app.clock.advance(std::time::Duration::from_secs(60));
            assert!(sorts.len() > 1, "{path}");
            let all = shop.get(&format!("{path}?limit=100")).await.expect_status(200).json();
            let all = all["items"].as_array().unwrap().clone();
            for (sort, other) in sorts.iter().zip(sorts.iter().cycle().skip(1)) {
                let (items, cursor) = walk(&shop, &path, sort).await;
                let different: HashSet<String> = items.iter().map(Value::to_string).collect();
                assert_eq!((items.len(), different.len()), (all.len(), all.len()), "{path} by {sort}");
                let field = sort.trim_start_matches('-');
                let mut places: Vec<_> = items.iter().map(|item| place(item, field)).collect();
                if sort.starts_with('-') {
                    places.reverse();
                }
                assert!(places.is_sorted(), "{path} by {sort}: {places:?}");
                if let Some(cursor) = cursor {
                    let reply = shop.get(&format!("{path}?sort={other}&after={cursor}")).await.expect_status(400);
                    assert_eq!(reply.json()["code"], "request.cursor");
                }
                walked += 1;
                longest = longest.max(items.len());
            }
        }
        assert!(walked >= 22 && longest >= 6, "{walked} {longest}");
    }

    async fn a_list_refuses_what_it_does_not_know(app: TestApp) {
        let shop = app.shop().await;
        let things = Things::of(&shop).await;
        for List { path, sorts } in lists(&things) {
            let reply = shop.get(&format!("{path}?sort=smell&colour=red&limit=0")).await.expect_status(422).json();
            let told: Vec<_> = reply["errors"].as_array().unwrap().iter().map(|error| text(&error["code"])).collect();
            assert_eq!(told, ["query.unknown", "list.limit", "sort.unknown"], "{path}");
            assert_eq!(reply["errors"][0]["field"], "colour");
            let known = text(&reply["errors"][0]["detail"]);
            assert!(known.ends_with("limit, after, sort"), "{path}: {known}");
            assert_eq!(reply["errors"][2]["detail"], format!("must be one of {}", sorts.join(", ")), "{path}");
        }
    }
}
