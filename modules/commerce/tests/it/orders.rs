//! `/api/ecommerce/orders`

use serde_json::json;
use stoa_testing::on_both_engines;
use tokio::task::JoinSet;

use crate::builders::{cart, check_out, delivery, items, journal, make, mug, shirt, stock, text, variant};

on_both_engines! {
    stoa::compose;

    async fn are_listed_newest_first(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &mug("tide-mug", 10)).await;
        for _ in 0..3 {
            app.clock.advance(std::time::Duration::from_secs(1));
            let token = cart(&shop, &[(variant(&product, 0), 1)]).await;
            check_out(&shop, &token).await.expect_status(201);
        }
        let page = shop.get("/ecommerce/orders?limit=2").await.expect_status(200).json();
        assert_eq!(items(&page).iter().map(|order| &order["number"]).collect::<Vec<_>>(), [&json!(3), &json!(2)]);
        assert_eq!(items(&page)[0]["name"], "Ayesha Rahman");
        let next = format!("/ecommerce/orders?limit=2&after={}", text(&page["next"]));
        let rest = shop.get(&next).await.expect_status(200).json();
        assert_eq!((items(&rest).len(), &rest["next"]), (1, &json!(null)));
        assert!(items(&shop.get("/ecommerce/orders?status=cancelled").await.json()).is_empty());
        shop.get("/ecommerce/orders?status=lost").await.expect_status(422);
    }

    async fn are_found_by_number_email_or_phone(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &mug("tide-mug", 10)).await;
        for (phone, email) in [("+880 1712 345678", None), ("01811-223344", Some("Rahim@Example.org"))] {
            let token = cart(&shop, &[(variant(&product, 0), 1)]).await;
            let mut wanted = delivery();
            wanted["contact"]["phone"] = json!(phone);
            wanted["contact"]["email"] = json!(email);
            let url = format!("/ecommerce/carts/{token}/checkout");
            shop.guest("POST", &url).json(&wanted).send().await.expect_status(201);
        }
        for (q, found) in [
            ("1", &[1][..]),
            ("%232", &[2]),
            ("%2B880%201712", &[1]),
            ("88017", &[1]),
            ("018112", &[2]),
            ("rahim@", &[2]),
            ("RAHIM@example.org", &[2]),
            ("example.org", &[]),
            ("3", &[]),
            ("712", &[]),
        ] {
            let page = shop.get(&format!("/ecommerce/orders?q={q}&sort=number")).await.expect_status(200).json();
            let numbers: Vec<_> = items(&page).iter().map(|order| order["number"].as_i64().expect("a number")).collect();
            assert_eq!(numbers, found, "{q}");
        }
        let paid = shop.get("/ecommerce/orders?payment_status=paid").await.expect_status(200).json();
        assert!(items(&paid).is_empty());
    }

    async fn goods_of_a_cancelled_one_come_back_once(app: TestApp) {
        let shop = app.shop().await;
        let (mugs, shirts) = (make(&shop, &mug("tide-mug", 2)).await, make(&shop, &shirt("linen-shirt", 5)).await);
        let token = cart(&shop, &[(variant(&mugs, 0), 2), (variant(&shirts, 1), 3)]).await;
        let placed = check_out(&shop, &token).await.expect_status(201).json();
        let path = format!("/ecommerce/orders/{}/cancellation", text(&placed["id"]));
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let (owner, url) = (shop.owner.clone(), shop.api(&path));
            tasks.spawn(async move { owner.post(&url).send().await });
        }
        let replies = tasks.join_all().await;
        let done = replies.iter().filter(|reply| reply.status == 200).collect::<Vec<_>>();
        assert_eq!(done.len(), 1);
        assert_eq!((&done[0].json()["status"], &done[0].json()["version"]), (&json!("cancelled"), &json!(2)));
        let refused = replies.iter().find(|reply| reply.status == 409).expect("a refusal").json();
        assert_eq!(refused["code"], "commerce.not_cancellable");
        assert_eq!((stock(&shop, &mugs, 0).await, stock(&shop, &shirts, 1).await), (2, 5));
        assert_eq!(journal(&app, &shop).await[2..], [
            "order.placed", "availability.changed", "order.cancelled", "availability.changed",
        ]);
    }

    async fn keep_what_they_say_of_a_deleted_product(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &mug("tide-mug", 2)).await;
        let token = cart(&shop, &[(variant(&product, 0), 2)]).await;
        let placed = check_out(&shop, &token).await.expect_status(201).json();
        let url = shop.api(&format!("/ecommerce/products/{}", text(&product["id"])));
        shop.owner.delete(&url).send().await.expect_status(204);
        let path = format!("/ecommerce/orders/{}", text(&placed["id"]));
        let order = shop.get(&path).await.expect_status(200).json();
        assert_eq!((&order["lines"], &order["total"]), (&placed["lines"], &placed["total"]));
        let cancelled = shop.owner.post(&shop.api(&format!("{path}/cancellation"))).send().await;
        assert_eq!(cancelled.expect_status(200).json()["status"], "cancelled");
    }

    /// ATK-O1
    async fn another_shop_s_order_is_as_good_as_none(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        let product = make(&shop, &mug("tide-mug", 2)).await;
        let token = cart(&shop, &[(variant(&product, 0), 1)]).await;
        let placed = check_out(&shop, &token).await.expect_status(201).json();
        let path = format!("/ecommerce/orders/{}", text(&placed["id"]));
        other.get(&path).await.expect_status(404);
        other.owner.post(&other.api(&format!("{path}/cancellation"))).send().await.expect_status(404);
        assert_eq!(stock(&shop, &product, 0).await, 1);
    }
}
