//! `/products` and the cart on websites

use serde_json::json;
use stoa_testing::on_both_engines;

use crate::builders::{make, mug, shirt, taka, text, variant};

on_both_engines! {
    stoa::compose;

    async fn products_are_shown_and_kept(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &mug("tide-mug", 2)).await;
        let mut draft = shirt("linen-shirt", 2);
        draft["status"] = json!("draft");
        make(&shop, &draft).await;
        for path in ["/", "/products"] {
            let page = shop.visitor.get(&shop.site(path)).send().await.expect_status(200);
            assert!(page.text().contains("href=\"/products/tide-mug\"") && !page.text().contains("linen-shirt"), "{path}");
            assert_eq!(page.header("cache-control"), Some("no-cache"), "{path}");
        }
        let page = shop.visitor.get(&shop.site("/products/tide-mug")).send().await.expect_status(200);
        assert!(page.text().contains("<p>Holds <b>tea</b>.</p>") && page.text().contains("Only 2 left"));
        shop.visitor.get(&shop.site("/products/linen-shirt")).send().await.expect_status(404);
        shop.visitor.get(&shop.site("/products/No%20Slug")).send().await.expect_status(404);
        // The change is seen by the next request.
        let path = format!("/ecommerce/products/{}", text(&product["id"]));
        let body = json!({ "version": 1, "title": "Ebb & flow mug" });
        shop.owner.patch(&shop.api(&path)).json(&body).send().await.expect_status(200);
        let etag = page.header("etag").expect("a tag").to_owned();
        let page = shop.visitor.get(&shop.site("/products/tide-mug")).header("if-none-match", &etag).send().await;
        assert!(page.expect_status(200).text().contains("<h1>Ebb &amp; flow mug</h1>"));
    }

    async fn products_come_in_pages(app: TestApp) {
        let shop = app.shop().await;
        for number in 0..30 {
            app.clock.advance(std::time::Duration::from_secs(1));
            make(&shop, &mug(&format!("mug-{number:02}"), 1)).await;
        }
        let first = shop.visitor.get(&shop.site("/products")).send().await.expect_status(200);
        assert!(first.text().contains("/products/mug-06\"") && !first.text().contains("/products/mug-05\""));
        let next = first.text().split('"').find(|part| part.starts_with("/products?after=")).expect("a next page");
        let rest = shop.visitor.get(&shop.site(next)).send().await.expect_status(200);
        assert!(rest.text().contains("/products/mug-05\"") && !rest.text().contains("/products?after="));
    }

    async fn a_cart_is_filled_and_emptied(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &shirt("linen-shirt", 3)).await;
        let (small, medium) = (variant(&product, 0), variant(&product, 1));
        let summary = || async { shop.visitor.get(&shop.site("/cart/summary")).send().await.expect_status(200) };
        let empty = summary().await;
        assert_eq!(empty.json(), json!({ "count": 0, "subtotal": taka(0) }));
        assert_eq!(empty.header("cache-control"), Some("no-store"));
        let added = shop.visitor.post(&shop.site("/cart/lines")).form(&[("variant", small), ("quantity", "2")]).send().await;
        let cookie = added.set_cookies().find(|line| line.starts_with("__Host-cart=")).expect("a cookie").to_owned();
        for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert_eq!(added.expect_status(303).header("location"), Some("/cart"));
        let again = shop.visitor.post(&shop.site("/cart/lines")).form(&[("variant", medium), ("quantity", "1")]).send().await;
        assert_eq!(again.expect_status(303).cookie("__Host-cart"), cookie.split(['=', ';']).nth(1));
        assert_eq!(summary().await.json(), json!({ "count": 3, "subtotal": taka(2 * 129_900 + 139_900) }));
        let page = shop.visitor.get(&shop.site("/cart")).send().await.expect_status(200);
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert!(page.text().contains("Linen shirt") && page.text().contains("3 items"));
        let update = |quantity: &'static str| {
            shop.visitor.post(&shop.site("/cart/lines/update")).form(&[("variant", small), ("quantity", quantity)]).send()
        };
        assert_eq!(update("1").await.expect_status(303).header("location"), Some("/cart"));
        assert_eq!(summary().await.json()["count"], 2);
        update("0").await.expect_status(303);
        assert_eq!(summary().await.json()["count"], 1);
        let stranger = app.browser().get(&shop.site("/cart")).send().await.expect_status(200);
        assert!(stranger.text().contains("Nothing here yet"));
    }

    async fn what_cannot_be_had_is_said_on_the_page(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &shirt("linen-shirt", 3)).await;
        let add = |variant: &str, quantity: &str| {
            shop.visitor.post(&shop.site("/cart/lines")).form(&[("variant", variant), ("quantity", quantity)]).send()
        };
        let many = add(variant(&product, 0), "4").await.expect_status(409);
        assert!(many.text().contains("Linen shirt, S: Only 3 left.") && many.text().contains("<h1>Linen shirt</h1>"));
        assert_eq!((many.cookie("__Host-cart"), many.header("cache-control")), (None, Some("no-store")));
        for quantity in ["0", "-1", "many", "1000", ""] {
            let refused = add(variant(&product, 0), quantity).await.expect_status(422);
            assert!(refused.text().contains("must be from 1 to 999"), "{quantity}");
        }
        add("var_01h455vb4pex5vsknk084sn02q", "1").await.expect_status(404);
        add("nonsense", "1").await.expect_status(404);
        add(variant(&product, 0), "2").await.expect_status(303);
        let more = add(variant(&product, 0), "2").await.expect_status(409);
        assert!(more.text().contains("Only 3 left"));
        let url = shop.site("/cart/lines/update");
        let set = shop.visitor.post(&url).form(&[("variant", variant(&product, 0)), ("quantity", "9")]).send().await;
        assert!(set.expect_status(409).text().contains("Only 3 left") );
        let elsewhere = shop.visitor.post(&url).header("sec-fetch-site", "cross-site").form(&[("variant", "x")]).send().await;
        elsewhere.expect_status(403);
    }
}
