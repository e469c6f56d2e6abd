//! `/api/ecommerce/products/{id}/variants/{variant_id}` and its stock adjustments

use serde_json::{Value, json};
use stoa_testing::{Reply, Shop, on_both_engines};

use crate::builders::{journal, make, mug, shirt, stock, taka, text, variant};

fn path(product: &Value, position: usize) -> String {
    format!(
        "/ecommerce/products/{}/variants/{}",
        text(&product["id"]),
        variant(product, position)
    )
}

async fn change(shop: &Shop, path: &str, body: &Value) -> Reply {
    shop.owner.patch(&shop.api(path)).json(body).send().await
}

async fn adjust(shop: &Shop, path: &str, delta: i64) -> Reply {
    let url = shop.api(&format!("{path}/stock-adjustments"));
    shop.owner
        .post(&url)
        .json(&json!({ "delta": delta, "reason": "Counted" }))
        .send()
        .await
}

on_both_engines! {
    stoa::compose;

    async fn prices_and_labels_change(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &shirt("linen-shirt", 3)).await;
        let body = json!({ "version": 1, "price": taka(99_900), "compare_at": taka(129_900), "sku": null, "barcode": "0012" });
        let changed = change(&shop, &path(&product, 0), &body).await.expect_status(200).json();
        let found = shop.get("/ecommerce/products/linen-shirt").await.json();
        assert_eq!(found["variants"][0], changed);
        assert_eq!((&changed["sku"], &changed["barcode"], &changed["version"]), (&Value::Null, &json!("0012"), &json!(2)));
        assert_eq!(changed["price"], taka(99_900));
        assert_eq!(found["variants"][1], product["variants"][1], "the other one is as it was");
        let stale = change(&shop, &path(&product, 0), &json!({ "version": 1, "price": taka(1) })).await;
        assert_eq!(stale.expect_status(409).json()["code"], "commerce.stale_version");
        let taken = change(&shop, &path(&product, 0), &json!({ "version": 2, "sku": "linen-shirt-m" })).await;
        assert_eq!(taken.expect_status(409).json()["code"], "commerce.sku_taken");
        let euros = json!({ "version": 2, "price": { "amount": 1, "currency": "EUR" } });
        assert_eq!(change(&shop, &path(&product, 0), &euros).await.expect_status(422).json()["errors"][0]["field"], "price");
    }

    /// ATK-O2
    async fn a_variant_belongs_to_its_product(app: TestApp) {
        let shop = app.shop().await;
        let (one, other) = (make(&shop, &mug("one", 3)).await, make(&shop, &mug("other", 3)).await);
        let path = format!("/ecommerce/products/{}/variants/{}", text(&one["id"]), variant(&other, 0));
        let none = change(&shop, &path, &json!({ "version": 1, "price": taka(1) })).await;
        assert_eq!(none.expect_status(404).json()["code"], "commerce.variant_not_found");
        assert_eq!(adjust(&shop, &path, 1).await.expect_status(404).json()["code"], "commerce.variant_not_found");
        assert_eq!(stock(&shop, &other, 0).await, 3);
    }

    async fn stock_is_adjusted_and_journaled(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &mug("tide-mug", 3)).await;
        let path = path(&product, 0);
        let sold_out = adjust(&shop, &path, -3).await.expect_status(201).json();
        assert_eq!(sold_out, json!({ "stock": 0, "available": false }));
        let below = adjust(&shop, &path, -1).await.expect_status(409).json();
        assert_eq!(below["code"], "commerce.stock_below_zero");
        assert_eq!(adjust(&shop, &path, 2).await.expect_status(201).json()["stock"], 2);
        // From here on pages do not say how many are left.
        assert_eq!(adjust(&shop, &path, 8).await.expect_status(201).json()["stock"], 10);
        assert_eq!(adjust(&shop, &path, 2).await.expect_status(201).json()["stock"], 12);
        adjust(&shop, &path, 0).await.expect_status(422);
        assert_eq!(journal(&app, &shop).await, [
            "product.created", "stock.adjusted", "availability.changed", "stock.adjusted", "availability.changed",
            "stock.adjusted", "availability.changed", "stock.adjusted",
        ]);
        // Stock is no part of the version: whoever changes the price meanwhile is not turned away.
        change(&shop, &path, &json!({ "version": 1, "price": taka(1) })).await.expect_status(200);
    }
}
