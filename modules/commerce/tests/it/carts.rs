//! `/api/ecommerce/carts`

use std::time::Duration;

use serde_json::json;
use stoa_testing::on_both_engines;

use crate::builders::{cart, check_out, make, mug, put, shirt, taka, text, variant};

on_both_engines! {
    stoa::compose;

    async fn lines_are_put_changed_and_taken_out(app: TestApp) {
        let shop = app.shop().await;
        let (mugs, shirts) = (make(&shop, &mug("tide-mug", 5)).await, make(&shop, &shirt("linen-shirt", 5)).await);
        let token = cart(&shop, &[(variant(&mugs, 0), 1)]).await;
        app.clock.advance(std::time::Duration::from_secs(1));
        put(&shop, &token, variant(&shirts, 1), 2).await.expect_status(200);
        let full = put(&shop, &token, variant(&mugs, 0), 3).await.expect_status(200).json();
        assert_eq!(full["count"], 5);
        assert_eq!(full["subtotal"], taka(3 * 45_000 + 2 * 139_900));
        assert_eq!(full["lines"][0]["title"], "Tide mug");
        assert_eq!((&full["lines"][1]["variant_title"], &full["lines"][1]["total"]), (&json!("M"), &taka(2 * 139_900)));
        let path = format!("/ecommerce/carts/{token}");
        assert_eq!(shop.guest("GET", &path).send().await.expect_status(200).json(), full);
        let less = put(&shop, &token, variant(&mugs, 0), 0).await.expect_status(200).json();
        assert_eq!((&less["count"], &less["lines"][0]["title"]), (&json!(2), &json!("Linen shirt")));
    }

    async fn quantities_have_bounds_and_stock(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &mug("tide-mug", 5)).await;
        let token = cart(&shop, &[]).await;
        put(&shop, &token, variant(&product, 0), 1000).await.expect_status(422);
        let short = put(&shop, &token, variant(&product, 0), 6).await.expect_status(409).json();
        assert_eq!(short["code"], "commerce.out_of_stock");
        assert_eq!(short["errors"][0]["field"], format!("lines.{}", variant(&product, 0)));
        assert_eq!(short["errors"][0]["detail"], "Tide mug: Only 5 left.");
        put(&shop, &token, variant(&product, 0), 5).await.expect_status(200);
    }

    async fn drafts_are_not_for_sale(app: TestApp) {
        let shop = app.shop().await;
        let mut draft = mug("tide-mug", 5);
        draft["status"] = json!("draft");
        let draft = make(&shop, &draft).await;
        let token = cart(&shop, &[]).await;
        for unknown in [variant(&draft, 0), "var_01h455vb4pex5vsknk084sn02q"] {
            let refused = put(&shop, &token, unknown, 1).await.expect_status(404).json();
            assert_eq!(refused["code"], "commerce.variant_not_found");
        }
    }

    /// ATK-O1
    async fn a_token_opens_its_own_shop_s_cart_only(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        let token = cart(&shop, &[]).await;
        for unknown in [token.as_str(), "short", &"a".repeat(43)] {
            let none = other.guest("GET", &format!("/ecommerce/carts/{unknown}")).send().await;
            assert_eq!(none.expect_status(404).json()["code"], "commerce.cart_not_found");
            assert_eq!(check_out(&other, unknown).await.expect_status(404).json()["code"], "commerce.cart_not_found");
        }
        shop.guest("GET", &format!("/ecommerce/carts/{token}")).send().await.expect_status(200);
    }

    async fn an_ordered_cart_is_closed(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &mug("tide-mug", 5)).await;
        let token = cart(&shop, &[(variant(&product, 0), 1)]).await;
        check_out(&shop, &token).await.expect_status(201);
        let closed = put(&shop, &token, variant(&product, 0), 1).await.expect_status(409).json();
        assert_eq!(closed["code"], "commerce.cart_ordered");
        shop.guest("GET", &format!("/ecommerce/carts/{token}")).send().await.expect_status(404);
    }

    async fn prices_are_those_of_the_moment(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &mug("tide-mug", 5)).await;
        let token = cart(&shop, &[(variant(&product, 0), 2)]).await;
        let path = format!("/ecommerce/products/{}/variants/{}", text(&product["id"]), variant(&product, 0));
        let body = json!({ "version": 1, "price": taka(100) });
        shop.owner.patch(&shop.api(&path)).json(&body).send().await.expect_status(200);
        let cart = shop.guest("GET", &format!("/ecommerce/carts/{token}")).send().await.json();
        assert_eq!(cart["subtotal"], taka(200));
        assert_eq!(check_out(&shop, &token).await.expect_status(201).json()["total"], taka(200));
    }
}

on_both_engines! {
    stoa::compose;

    async fn a_cart_that_nobody_touches_is_forgotten_at_night(app: TestApp) {
        let shop = app.shop().await;
        let old = cart(&shop, &[]).await;
        app.jobs.run_due(&[shop.id]).await.expect("jobs run");
        app.clock.advance(Duration::from_secs(61 * 24 * 60 * 60));
        let young = cart(&shop, &[]).await;
        app.jobs.run_due(&[shop.id]).await.expect("jobs run");
        let show = async |cart: &str| shop.guest("GET", &format!("/ecommerce/carts/{cart}")).send().await;
        show(&old).await.expect_status(404);
        show(&young).await.expect_status(200);
    }
}
