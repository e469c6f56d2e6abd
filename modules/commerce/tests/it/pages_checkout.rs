//! `/checkout` and `/orders/{token}` on websites

use serde_json::{Value, json};
use stoa_testing::{Reply, Shop, on_both_engines};

use crate::builders::{items, make, mug, stock, variant};

const FORM: [(&str, &str); 10] = [
    ("name", "Ayesha <Rahman>"),
    ("phone", "01712 345678"),
    ("email", ""),
    ("line1", "12 Lake Road"),
    ("line2", ""),
    ("city", "Dhaka"),
    ("region", ""),
    ("postcode", ""),
    ("country", "Bangladesh"),
    ("payment_method", "cash_on_delivery"),
];

async fn add(shop: &Shop, product: &Value, quantity: &str) {
    let form = [("variant", variant(product, 0)), ("quantity", quantity)];
    shop.visitor
        .post(&shop.site("/cart/lines"))
        .form(&form)
        .send()
        .await
        .expect_status(303);
}

async fn submit(shop: &Shop, form: &[(&str, &str)]) -> Reply {
    shop.visitor.post(&shop.site("/checkout")).form(form).send().await
}

on_both_engines! {
    stoa::compose;

    async fn leads_to_the_order_s_page(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &mug("tide-mug", 5)).await;
        add(&shop, &product, "2").await;
        let form = shop.visitor.get(&shop.site("/checkout")).send().await.expect_status(200);
        assert!(form.text().contains("Place order") && form.text().contains("2 ×"));
        assert_eq!(form.header("cache-control"), Some("no-store"));
        let ordered = submit(&shop, &FORM).await.expect_status(303);
        let place = ordered.header("location").expect("a place").to_owned();
        assert!(place.starts_with("/orders/"));
        // Sent twice, it leads to the same page.
        let again = submit(&shop, &FORM).await.expect_status(303);
        assert_eq!(again.header("location"), Some(place.as_str()));
        assert_eq!((items(&shop.get("/ecommerce/orders").await.json()).len(), stock(&shop, &product, 0).await), (1, 3));
        // The address opens the page, without any cookie.
        let page = app.browser().get(&shop.site(&place)).send().await.expect_status(200);
        assert!(page.text().contains("Order 1") && page.text().contains("Ayesha &lt;Rahman&gt;"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let summary = shop.visitor.get(&shop.site("/cart/summary")).send().await.json();
        assert_eq!(summary["count"], 0);
        // What comes next goes into a new cart.
        add(&shop, &product, "1").await;
        let next = submit(&shop, &FORM).await.expect_status(303);
        assert_ne!(next.header("location"), Some(place.as_str()));
    }

    async fn shows_what_was_typed_and_what_is_wrong(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &mug("tide-mug", 5)).await;
        add(&shop, &product, "2").await;
        let mut form = FORM;
        form[1] = ("phone", "12");
        form[5] = ("city", " ");
        let refused = submit(&shop, &form).await.expect_status(422);
        assert!(refused.text().contains("must be a telephone number") && refused.text().contains("href=\"#f-city\""));
        assert!(refused.text().contains("value=\"Ayesha &lt;Rahman&gt;\"") && refused.text().contains("value=\"12\""));
        assert_eq!(stock(&shop, &product, 0).await, 5);
        submit(&shop, &FORM).await.expect_status(303);
    }

    async fn says_that_somebody_was_faster(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &mug("tide-mug", 2)).await;
        add(&shop, &product, "2").await;
        let url = shop.api(&format!("/ecommerce/products/{}/variants/{}/stock-adjustments",
            product["id"].as_str().expect("an id"), variant(&product, 0)));
        shop.owner.post(&url).json(&json!({ "delta": -1, "reason": "Broken" })).send().await.expect_status(201);
        let refused = submit(&shop, &FORM).await.expect_status(409);
        assert!(refused.text().contains("Tide mug: Only 1 left.") && refused.text().contains("12 Lake Road"));
        let cart = shop.visitor.get(&shop.site("/cart")).send().await.expect_status(200);
        assert!(cart.text().contains("Only 1 left."));
        assert_eq!(stock(&shop, &product, 0).await, 1);
    }

    async fn an_empty_cart_has_nothing_to_order(app: TestApp) {
        let shop = app.shop().await;
        let page = shop.visitor.get(&shop.site("/checkout")).send().await.expect_status(200);
        assert!(page.text().contains("Your cart is empty"));
        submit(&shop, &FORM).await.expect_status(409);
        submit(&shop, &[]).await.expect_status(422);
    }

    /// ATK-O1
    async fn an_order_s_page_is_its_own_website_s(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        let product = make(&shop, &mug("tide-mug", 2)).await;
        add(&shop, &product, "1").await;
        let place = submit(&shop, &FORM).await.header("location").expect("a place").to_owned();
        app.browser().get(&other.site(&place)).send().await.expect_status(404);
        for unknown in ["/orders/short".to_owned(), format!("/orders/{}", "a".repeat(43))] {
            app.browser().get(&shop.site(&unknown)).send().await.expect_status(404);
        }
        app.browser().get(&shop.site(&place)).send().await.expect_status(200);
    }
}
