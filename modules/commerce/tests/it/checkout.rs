//! `/api/ecommerce/carts/{token}/checkout`: one order for each cart, and never more than there is.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stoa_testing::{Reply, Shop, TestApp, on_both_engines};
use tokio::task::JoinSet;

use crate::builders::{
    cart, check_out, delivery, items, journal, make, mug, shirt, stock, taka, text, variant,
};

/// Checks out all carts at once.
async fn all_at_once(shop: &Shop, carts: &[String]) -> Vec<Reply> {
    let mut tasks = JoinSet::new();
    for cart in carts {
        let (shop, cart) = (shop.clone(), cart.clone());
        tasks.spawn(async move { check_out(&shop, &cart).await });
    }
    tasks.join_all().await
}

fn count(replies: &[Reply], status: u16) -> usize {
    replies.iter().filter(|reply| reply.status == status).count()
}

async fn numbers(shop: &Shop) -> BTreeSet<i64> {
    let page = shop
        .get("/ecommerce/orders?limit=100")
        .await
        .expect_status(200)
        .json();
    items(&page)
        .iter()
        .filter_map(|order| order["number"].as_i64())
        .collect()
}

/// Orders counted past what the API answered, in the store itself.
async fn orders(app: &TestApp, shop: &Shop) -> i64 {
    let mut cx = app
        .db
        .tenant(shop.id, stoa_core::Actor::System)
        .read()
        .await
        .expect("the store opens");
    let (count,): (i64,) = cx
        .sql(stoa_db::sql!("SELECT count(*) FROM orders"))
        .one()
        .await
        .expect("a count");
    count
}

on_both_engines! {
    stoa::compose;

    async fn makes_an_order_of_a_cart(app: TestApp) {
        let shop = app.shop().await;
        let (mugs, shirts) = (make(&shop, &mug("tide-mug", 5)).await, make(&shop, &shirt("linen-shirt", 5)).await);
        let token = cart(&shop, &[(variant(&shirts, 1), 1), (variant(&mugs, 0), 5)]).await;
        let placed = check_out(&shop, &token).await.expect_status(201).json();
        assert_eq!((&placed["number"], &placed["status"], &placed["payment_status"]), (&json!(1), &json!("pending"), &json!("pending")));
        assert_eq!((&placed["subtotal"], &placed["shipping"]), (&taka(5 * 45_000 + 139_900), &taka(0)));
        assert_eq!(placed["contact"], json!({ "name": "Ayesha Rahman", "phone": "+8801712345678", "email": null }));
        assert_eq!(placed["lines"].as_array().map(Vec::len), Some(2));
        assert_ne!(placed["token"], json!(token), "an order's page does not give its cart away");
        let mut shown = shop.get(&format!("/ecommerce/orders/{}", text(&placed["id"]))).await.expect_status(200).json();
        shown["token"] = placed["token"].clone();
        assert_eq!(shown, placed);
        assert_eq!((stock(&shop, &mugs, 0).await, stock(&shop, &shirts, 0).await, stock(&shop, &shirts, 1).await), (0, 5, 4));
        assert_eq!(journal(&app, &shop).await[2..], ["order.placed", "availability.changed"]);
    }

    async fn a_repeated_one_answers_the_same_order(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &mug("tide-mug", 5)).await;
        let token = cart(&shop, &[(variant(&product, 0), 2)]).await;
        let replies = all_at_once(&shop, &vec![token.clone(); 8]).await;
        assert_eq!((count(&replies, 201), count(&replies, 200)), (1, 7));
        let first = replies[0].json();
        assert!(replies.iter().all(|reply| reply.json() == first));
        assert_eq!(check_out(&shop, &token).await.expect_status(200).json(), first);
        assert_eq!((orders(&app, &shop).await, stock(&shop, &product, 0).await), (1, 3));
    }

    /// ATK-O11
    async fn the_last_one_is_sold_once(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &mug("tide-mug", 1)).await;
        let mut carts = Vec::new();
        for _ in 0..100 {
            carts.push(cart(&shop, &[(variant(&product, 0), 1)]).await);
        }
        let replies = all_at_once(&shop, &carts).await;
        assert_eq!((count(&replies, 201), count(&replies, 409)), (1, 99));
        assert!(replies.iter().all(|reply| reply.status == 201 || reply.json()["code"] == "commerce.out_of_stock"));
        assert_eq!((orders(&app, &shop).await, stock(&shop, &product, 0).await), (1, 0));
    }

    async fn carts_that_share_variants_do_not_block_each_other(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &shirt("linen-shirt", 1000)).await;
        let (small, medium) = (variant(&product, 0), variant(&product, 1));
        let mut carts = Vec::new();
        for number in 0..30 {
            // Put in either order: taken in one order, or some would wait for each other for ever.
            let lines = if number % 2 == 0 { [(small, 1), (medium, 2)] } else { [(medium, 2), (small, 1)] };
            carts.push(cart(&shop, &lines).await);
        }
        let replies = all_at_once(&shop, &carts).await;
        assert_eq!(count(&replies, 201), 30);
        assert_eq!((stock(&shop, &product, 0).await, stock(&shop, &product, 1).await), (970, 940));
        assert_eq!(numbers(&shop).await, (1..=30).collect());
    }

    /// ATK-O8: what fails leaves no gap.
    async fn failed_ones_leave_no_gap(app: TestApp) {
        let shop = app.shop().await;
        let (plenty, scarce) = (make(&shop, &mug("plenty", 1000)).await, make(&shop, &mug("scarce", 3)).await);
        let mut carts = Vec::new();
        for _ in 0..20 {
            carts.push(cart(&shop, &[(variant(&plenty, 0), 1)]).await);
            carts.push(cart(&shop, &[(variant(&plenty, 0), 1), (variant(&scarce, 0), 1)]).await);
        }
        let replies = all_at_once(&shop, &carts).await;
        assert_eq!((count(&replies, 201), count(&replies, 409)), (23, 17));
        assert_eq!(numbers(&shop).await, (1..=23).collect());
        assert_eq!((stock(&shop, &plenty, 0).await, stock(&shop, &scarce, 0).await), (1000 - 23, 0));
    }

    async fn says_what_is_missing(app: TestApp) {
        let shop = app.shop().await;
        let (mugs, shirts) = (make(&shop, &mug("tide-mug", 2)).await, make(&shop, &shirt("linen-shirt", 5)).await);
        let first = cart(&shop, &[(variant(&mugs, 0), 2)]).await;
        let second = cart(&shop, &[(variant(&mugs, 0), 1), (variant(&shirts, 0), 1)]).await;
        check_out(&shop, &first).await.expect_status(201);
        let short = check_out(&shop, &second).await.expect_status(409).json();
        assert_eq!(short["code"], "commerce.out_of_stock");
        assert_eq!(short["errors"], json!([{
            "field": format!("lines.{}", variant(&mugs, 0)), "code": "out_of_stock", "detail": "Tide mug: This is sold out."
        }]));
        let kept = shop.guest("GET", &format!("/ecommerce/carts/{second}")).send().await.expect_status(200).json();
        assert_eq!((&kept["count"], &kept["lines"][0]["problem"]), (&json!(2), &json!("out_of_stock")));
        assert_eq!(stock(&shop, &shirts, 0).await, 5, "nothing was taken");
        let body = json!({ "version": 1, "status": "archived" });
        let url = shop.api(&format!("/ecommerce/products/{}", text(&shirts["id"])));
        shop.owner.patch(&url).json(&body).send().await.expect_status(200);
        let gone = check_out(&shop, &second).await.expect_status(409).json();
        assert_eq!(gone["errors"].as_array().map(Vec::len), Some(2));
        let empty = cart(&shop, &[]).await;
        assert_eq!(check_out(&shop, &empty).await.expect_status(409).json()["code"], "commerce.cart_empty");
    }

    async fn names_every_bad_field(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &mug("tide-mug", 2)).await;
        let token = cart(&shop, &[(variant(&product, 0), 1)]).await;
        let mut body = delivery();
        body["contact"] = json!({ "name": "", "phone": "12", "email": "nobody" });
        body["address"]["city"] = json!(" ");
        body["payment_method"] = json!("gold");
        let url = format!("/ecommerce/carts/{token}/checkout");
        let refused = shop.guest("POST", &url).json(&body).send().await.expect_status(422).json();
        let fields = refused["errors"].as_array().expect("errors").iter().map(|error| text(&error["field"]));
        let expected = ["contact.name", "contact.phone", "contact.email", "address.city", "payment_method"];
        assert_eq!(fields.collect::<Vec<_>>(), expected);
        assert_eq!(refused["code"], Value::from("request.invalid"));
        check_out(&shop, &token).await.expect_status(201);
    }

    async fn orders_at_the_total_that_was_shown_or_not_at_all(app: TestApp) {
        let shop = app.shop().await;
        let mugs = make(&shop, &mug("tide-mug", 5)).await;
        let cart = cart(&shop, &[(variant(&mugs, 0), 2)]).await;
        let path = format!("/ecommerce/carts/{cart}/checkout");
        let mut body = delivery();
        body["expected_total"] = taka(80_000);
        let refused = shop.guest("POST", &path).json(&body).send().await.expect_status(409);
        assert_eq!(refused.json()["code"], "commerce.prices_changed");
        assert_eq!(stock(&shop, &mugs, 0).await, 5);
        body["expected_total"] = json!({"amount": 90_000, "currency": "JPY"});
        let refused = shop.guest("POST", &path).json(&body).send().await.expect_status(409);
        assert_eq!(refused.json()["code"], "commerce.prices_changed");
        body["expected_total"] = taka(90_000);
        shop.guest("POST", &path).json(&body).send().await.expect_status(201);
    }

    async fn a_line_put_during_a_checkout_is_ordered_or_refused(app: TestApp) {
        let shop = app.shop().await;
        let (mugs, shirts) = (make(&shop, &mug("tide-mug", 50)).await, make(&shop, &shirt("linen-shirt", 50)).await);
        for _ in 0..15 {
            let token = cart(&shop, &[(variant(&mugs, 0), 1)]).await;
            let (order, put) = tokio::join!(
                check_out(&shop, &token),
                crate::builders::put(&shop, &token, variant(&shirts, 0), 1)
            );
            let lines = order.expect_status(201).json()["lines"].as_array().map_or(0, Vec::len);
            assert_eq!(put.status == 200, lines == 2, "{}", put.text());
        }
    }
}
