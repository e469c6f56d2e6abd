//! `/api/ecommerce/products`

use serde_json::{Value, json};
use stoa_testing::{Reply, Shop, on_both_engines};

use crate::builders::{items, journal, make, mug, shirt, taka, text};

async fn change(shop: &Shop, product: &Value, body: &Value) -> Reply {
    let path = format!("/ecommerce/products/{}", text(&product["id"]));
    shop.owner.patch(&shop.api(&path)).json(body).send().await
}

async fn slugs(shop: &Shop, query: &str) -> Vec<String> {
    let page = shop
        .get(&format!("/ecommerce/products{query}"))
        .await
        .expect_status(200)
        .json();
    items(&page)
        .iter()
        .map(|item| text(&item["slug"]).to_owned())
        .collect()
}

on_both_engines! {
    stoa::compose;

    async fn is_made_and_read_back(app: TestApp) {
        let shop = app.shop().await;
        let made = make(&shop, &shirt("linen-shirt", 3)).await;
        assert_eq!(made["options"], json!([{ "name": "Size", "values": ["S", "M"] }]));
        assert_eq!(made["variants"][1]["title"], "M");
        assert_eq!(made["variants"][1]["price"], taka(139_900));
        assert_eq!(made["version"], 1);
        for name in ["linen-shirt", text(&made["id"])] {
            let found = shop.get(&format!("/ecommerce/products/{name}")).await.expect_status(200).json();
            assert_eq!(found, made, "{name}");
        }
        for name in ["linen", "prd_01h455vb4pex5vsknk084sn02q", "PRD_1", "%20"] {
            let none = shop.get(&format!("/ecommerce/products/{name}")).await.expect_status(404).json();
            assert_eq!(none["code"], "commerce.product_not_found");
        }
        assert_eq!(journal(&app, &shop).await, ["product.created"]);
    }

    async fn without_options_it_has_one_variant(app: TestApp) {
        let shop = app.shop().await;
        let made = make(&shop, &mug("tide-mug", 3)).await;
        assert_eq!(made["options"], json!([]));
        assert_eq!(made["variants"][0]["title"], "Default Title");
        assert_eq!(made["description_html"], "<p>Holds <b>tea</b>.</p>");
        assert_eq!(made["images"][0], json!({
            "url": "https://cdn.example.com/mug.jpg", "alt": "A mug", "variant_id": null
        }));
    }

    async fn every_bad_field_is_named(app: TestApp) {
        let shop = app.shop().await;
        let body = json!({
            "slug": "No Slug", "title": " ", "status": "sold", "tags": ["fine", ""],
            "images": [{ "url": "javascript:x()" }],
            "variants": [{ "price": { "amount": -1, "currency": "BDT" } }, { "price": { "amount": 1, "currency": "EUR" } }],
        });
        let refused = shop.owner.post(&shop.api("/ecommerce/products")).json(&body).send().await.expect_status(422).json();
        let fields = refused["errors"].as_array().expect("errors").iter().map(|error| text(&error["field"]));
        let expected = ["slug", "title", "status", "tags[1]", "images[0].url", "variants[0].price", "variants[1].price"];
        assert_eq!(fields.collect::<Vec<_>>(), expected);
        for (body, field) in [
            (json!({ "title": "A", "variants": [] }), "options"),
            (json!({ "title": "A", "variants": [{ "price": taka(1), "stock": -1 }] }), "variants[0]"),
            (json!({ "title": "A", "options": ["Size"], "variants": [{ "price": taka(1) }] }), "variants[0]"),
            (json!({ "title": "A", "variants": [{ "price": taka(1) }], "images": [{ "url": "/a.jpg", "variant": 1 }] }), "images"),
        ] {
            let refused = shop.owner.post(&shop.api("/ecommerce/products")).json(&body).send().await;
            assert_eq!(refused.expect_status(422).json()["errors"][0]["field"], field);
        }
        assert!(slugs(&shop, "").await.is_empty());
    }

    /// ATK-O7
    async fn slugs_and_skus_are_the_shop_s_own(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        make(&shop, &mug("tide-mug", 3)).await;
        make(&other, &mug("tide-mug", 3)).await;
        let again = shop.owner.post(&shop.api("/ecommerce/products")).json(&mug("tide-mug", 1)).send().await;
        assert_eq!(again.expect_status(409).json()["code"], "commerce.slug_taken");
        let mut same_sku = mug("other-mug", 1);
        same_sku["variants"][0]["sku"] = json!("tide-mug-1");
        let again = shop.owner.post(&shop.api("/ecommerce/products")).json(&same_sku).send().await;
        assert_eq!(again.expect_status(409).json()["code"], "commerce.sku_taken");
        assert_eq!(slugs(&shop, "").await, ["tide-mug"]);
    }

    async fn lists_page_and_filter(app: TestApp) {
        let shop = app.shop().await;
        for number in 0..5 {
            app.clock.advance(std::time::Duration::from_secs(1));
            let mut product = mug(&format!("mug-{number}"), 1);
            product["status"] = json!(if number == 3 { "draft" } else { "active" });
            product["tags"] = if number == 1 { json!(["clay", "blue"]) } else { json!(["clay"]) };
            make(&shop, &product).await;
        }
        assert_eq!(slugs(&shop, "").await, ["mug-4", "mug-3", "mug-2", "mug-1", "mug-0"]);
        assert_eq!(slugs(&shop, "?status=draft").await, ["mug-3"]);
        assert_eq!(slugs(&shop, "?tag=blue").await, ["mug-1"]);
        assert_eq!(slugs(&shop, "?tag=clay&status=active&limit=2").await, ["mug-4", "mug-2"]);
        let mut seen = Vec::new();
        let mut next = String::new();
        loop {
            let page = shop.get(&format!("/ecommerce/products?limit=2{next}")).await.expect_status(200).json();
            seen.extend(items(&page).iter().map(|item| text(&item["slug"]).to_owned()));
            match page["next"].as_str() {
                Some(cursor) => next = format!("&after={cursor}"),
                None => break,
            }
        }
        assert_eq!(seen, ["mug-4", "mug-3", "mug-2", "mug-1", "mug-0"]);
        shop.get("/ecommerce/products?status=sold").await.expect_status(422);
        shop.get("/ecommerce/products?after=nonsense").await.expect_status(400);
    }

    async fn are_found_by_the_beginning_of_title_or_sku(app: TestApp) {
        let shop = app.shop().await;
        make(&shop, &mug("tide-mug", 1)).await;
        make(&shop, &shirt("linen-shirt", 1)).await;
        for (q, found) in [
            ("tide", &["tide-mug"][..]),
            ("TIDE%20M", &["tide-mug"]),
            ("linen-shirt-m", &["linen-shirt"]),
            ("tide-mug-1", &["tide-mug"]),
            ("mug", &[]),
            ("LINEN-SHIRT", &[]),
            ("%25", &[]),
        ] {
            assert_eq!(slugs(&shop, &format!("?q={q}&sort=title")).await, found, "{q}");
        }
        assert_eq!(slugs(&shop, "?q=l&status=draft").await, [""; 0]);
        assert_eq!(slugs(&shop, "?sort=title").await, ["linen-shirt", "tide-mug"]);
        shop.get("/ecommerce/products?q=").await.expect_status(422);
    }

    async fn changes_and_stale_versions(app: TestApp) {
        let shop = app.shop().await;
        let made = make(&shop, &mug("tide-mug", 3)).await;
        let body = json!({
            "version": 1, "title": "Tide cup", "vendor": "Terra", "tags": ["cups", "sea"], "status": "archived",
            "images": [{ "url": "/media/a.jpg", "alt": "", "variant": 0 }],
        });
        let changed = change(&shop, &made, &body).await.expect_status(200).json();
        let found = shop.get("/ecommerce/products/tide-mug").await.expect_status(200).json();
        assert_eq!(found, changed);
        assert_eq!((&found["title"], &found["version"]), (&json!("Tide cup"), &json!(2)));
        assert_eq!(found["tags"], json!(["cups", "sea"]));
        assert_eq!(found["images"][0]["variant_id"], made["variants"][0]["id"]);
        assert_eq!(found["description_html"], made["description_html"], "left out, so as it was");
        let stale = change(&shop, &made, &json!({ "version": 1, "title": "Other" })).await;
        assert_eq!(stale.expect_status(409).json()["code"], "commerce.stale_version");
        let cleared = change(&shop, &made, &json!({ "version": 2, "vendor": null })).await.expect_status(200).json();
        assert_eq!((&cleared["vendor"], &cleared["title"]), (&Value::Null, &json!("Tide cup")));
        change(&shop, &made, &json!({ "version": 3, "price": 1 })).await.expect_status(422);
        assert_eq!(journal(&app, &shop).await, ["product.created", "product.changed", "product.changed"]);
    }

    async fn a_deleted_one_is_gone(app: TestApp) {
        let shop = app.shop().await;
        let made = make(&shop, &mug("tide-mug", 3)).await;
        let url = shop.api(&format!("/ecommerce/products/{}", text(&made["id"])));
        shop.owner.delete(&url).send().await.expect_status(204);
        shop.owner.delete(&url).send().await.expect_status(404);
        shop.get("/ecommerce/products/tide-mug").await.expect_status(404);
        make(&shop, &mug("tide-mug", 3)).await;
        assert_eq!(journal(&app, &shop).await, ["product.created", "product.deleted", "product.created"]);
    }
}
