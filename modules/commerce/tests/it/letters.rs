//! The letters that an order makes: to whoever ordered, and to the shop.

use std::time::Duration;

use serde_json::{Value, json};
use stoa_core::{Actor, Email};
use stoa_mail::{Body, Letter, Recipient, Subject};
use stoa_testing::{Shop, TestApp, on_both_engines};

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

/// Has the shop write to these.
async fn write(app: &TestApp, shop: &Shop, recipients: impl Iterator<Item = Recipient>) {
    let mut cx = app.db.tenant(shop.id, Actor::Job).begin().await.expect("a store");
    for to in recipients {
        let letter = Letter {
            to,
            subject: Subject::new("Hello"),
            body: Body::new().words("Hello"),
            reply_to: None,
        };
        stoa_mail::send(&mut cx, &letter).await.expect("a letter");
    }
    cx.commit().await.expect("a commit");
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

    /// ATK-J8: nothing that strangers write is a link in a letter of the platform's, nor is the visitor's note told to the
    /// visitor.
    async fn letters_hold_no_links_of_strangers(app: TestApp) {
        let shop = app.shop().await;
        let mut evil = with_email();
        evil["contact"]["name"] = json!("You have won: evil.example/prize");
        evil["address"]["line1"] = json!("https://evil.example");
        evil["note"] = json!("Sign in at www.evil.example");
        let mut named = mug("mug", 5);
        named["title"] = json!("Mug of evil.example");
        let product = make(&shop, &named).await;
        let cart = cart(&shop, &[(variant(&product, 0), 2)]).await;
        let checkout = shop.guest("POST", &format!("/ecommerce/carts/{cart}/checkout"));
        checkout.json(&evil).send().await.expect_status(201);
        order(&shop, "plain-mug", &with_email()).await;
        app.jobs.run_due(&[shop.id]).await.expect("jobs run");

        let letters = app.letters();
        assert_eq!(letters.len(), 4);
        for letter in &letters {
            assert!(!letter.text.contains("evil") && !letter.html.contains("evil"), "{}", letter.text);
            let is_confirmation = letter.to == "ayesha@example.org";
            assert_eq!(is_confirmation, letter.text.contains("Thank you"));
            assert!(!is_confirmation || !letter.text.contains("Please ring twice"), "{}", letter.text);
        }
        assert!(letters.iter().any(|letter| letter.text.contains("2 × a product")));
        assert!(letters.iter().any(|letter| letter.text.contains("Note: (left out")));
    }

    /// ATK-J8: a business sends so many letters in a day, and fewer to one address that somebody gave.
    async fn letters_are_counted(app: TestApp) {
        let shop = app.shop().await;
        let budget = app.mail.budget;
        let to = |person: u32| Recipient::Address(Email::parse(&format!("p{person}@example.org")).expect("an address"));
        // One too many for the first, then as many as there may be today, and one more.
        write(&app, &shop, (0..=budget.recipient).map(|_| to(0))).await;
        write(&app, &shop, (budget.recipient..=budget.tenant).map(to)).await;
        app.jobs.run_due(&[shop.id]).await.expect("jobs run");
        assert_eq!(app.letters().len(), usize::try_from(budget.tenant).expect("few"));
        let jobs = |state: &'static str| {
            let shop = &shop;
            async move { shop.get(&format!("/jobs?state={state}")).await.expect_status(200).json()["items"].clone() }
        };
        let (dead, waiting) = (jobs("dead").await, jobs("waiting").await);
        assert_eq!((dead.as_array().map(Vec::len), waiting.as_array().map(Vec::len)), (Some(1), Some(1)));
        assert!(dead[0]["error"].as_str().is_some_and(|why| why.contains("to this address today")), "{dead}");
        assert!(waiting[0]["error"].as_str().is_some_and(|why| why.contains("waits for tomorrow")), "{waiting}");

        app.clock.advance(Duration::from_secs(24 * 60 * 60));
        app.jobs.run_due(&[shop.id]).await.expect("jobs run");
        assert_eq!(jobs("waiting").await, json!([]));
        assert_eq!(app.letters().len(), usize::try_from(budget.tenant).expect("few") + 1);
    }
}
