//! The letters that an order makes: to whoever ordered, and to the shop.

use serde_json::{Value, json};
use stoa_testing::{Shop, on_both_engines};

use crate::builders::{cart, delivery, make, mug, text, variant};

/// Orders a mug; answers the placed order.
async fn order(shop: &Shop, slug: &str, delivery: &Value) -> Value {
    let product = make(shop, &mug(slug, 5)).await;
    let cart = cart(shop, &[(variant(&product, 0), 2)]).await;
    shop.guest("POST", &format!("/ecommerce/carts/{cart}/checkout"))
        .json(delivery)
        .send()
        .await
        .expect_status(201)
        .json()
}

fn with_email() -> Value {
    let mut delivery = delivery();
    delivery["contact"]["name"] = json!("আয়েশা রহমান");
    delivery["contact"]["email"] = json!("ayesha@example.org");
    delivery
}

on_both_engines! {
    stoa::compose;

    async fn an_order_is_confirmed_and_told_to_the_shop(app: TestApp) {
        let shop = app.shop().await;
        let placed = order(&shop, "mug", &with_email()).await;
        assert_eq!(app.letters(), [], "nothing leaves before a job sends it");
        assert_eq!(app.jobs.run_due(&[shop.id]).await.expect("jobs run"), 2);

        let letters = app.letters();
        let [confirmation, notice] = letters.as_slice() else { panic!("{letters:#?}") };
        let name = format!("Shop {}", shop.slug);
        assert_eq!(confirmation.from, format!("\"{name}\" <no-reply@stoa.test>"));
        assert_eq!(confirmation.to, "ayesha@example.org");
        assert_eq!(confirmation.reply_to, shop.email);
        assert_eq!(confirmation.subject, format!("Your order 1 at {name}"));
        for words in ["আয়েশা রহমান", "2 × Tide mug", "৳900.00", "on delivery"] {
            assert!(confirmation.text.contains(words), "{words}: {}", confirmation.text);
            assert!(confirmation.html.contains(words), "{words}: {}", confirmation.html);
        }
        assert_eq!((notice.to.as_str(), notice.reply_to.as_str()), (shop.email.as_str(), "ayesha@example.org"));
        assert_eq!(notice.subject, "Order 1 for ৳900.00");
        assert!(notice.text.contains("12 Lake Road") && notice.text.contains("Please ring twice"), "{}", notice.text);

        // The link leads to the order's page, and only the shopper has it.
        let token = text(&placed["token"]);
        let link = shop.site(&format!("/orders/{token}"));
        assert!(confirmation.text.contains(&link), "{}", confirmation.text);
        assert!(!notice.text.contains(token) && !notice.html.contains(token));
        shop.visitor.get(&link).send().await.expect_status(200);
    }

    async fn without_an_address_only_the_shop_is_told(app: TestApp) {
        let shop = app.shop().await;
        order(&shop, "mug", &delivery()).await;
        app.jobs.run_due(&[shop.id]).await.expect("jobs run");
        let letters = app.letters();
        assert_eq!(letters.iter().map(|letter| &letter.to).collect::<Vec<_>>(), [&shop.email]);
    }

    async fn a_checkout_pressed_twice_is_confirmed_once(app: TestApp) {
        let shop = app.shop().await;
        let product = make(&shop, &mug("mug", 5)).await;
        let cart = cart(&shop, &[(variant(&product, 0), 1)]).await;
        for status in [201, 200] {
            shop.guest("POST", &format!("/ecommerce/carts/{cart}/checkout"))
                .json(&with_email())
                .send()
                .await
                .expect_status(status);
        }
        app.jobs.run_due(&[shop.id]).await.expect("jobs run");
        assert_eq!(app.letters().len(), 2);
    }

    /// ATK-J7: a letter that waits is sent in the name, and to the address, that the shop has by then.
    async fn a_changed_address_holds_for_letters_that_wait(app: TestApp) {
        let shop = app.shop().await;
        order(&shop, "mug", &with_email()).await;
        let version = shop.get("/profile").await.json()["version"].clone();
        let changed = json!({"name": "রংধনু", "email": "new@example.org", "version": version});
        shop.owner.patch(&shop.api("/profile")).json(&changed).send().await.expect_status(200);
        app.jobs.run_due(&[shop.id]).await.expect("jobs run");
        let letters = app.letters();
        let [confirmation, notice] = letters.as_slice() else { panic!("{letters:#?}") };
        assert_eq!(confirmation.from, "রংধনু <no-reply@stoa.test>");
        assert_eq!(confirmation.reply_to, "new@example.org");
        assert_eq!(notice.to, "new@example.org");
    }
}
