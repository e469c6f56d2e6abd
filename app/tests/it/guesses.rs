//! How often anybody may try.

use std::time::Duration;

use serde_json::json;
use stoa_testing::{PASSWORD, Reply, TestApp, console, on_both_engines};

/// Tries to sign in from an address, naming a business or none.
async fn try_to_sign_in(app: &TestApp, url: &str, email: &str, password: &str, from: &str) -> Reply {
    app.browser()
        .post(url)
        .from(from)
        .json(&json!({"email": email, "password": password}))
        .send()
        .await
}

on_both_engines! {
    stoa::compose;

    /// ATK-P13: however many businesses and addresses the guesses at one person's password are spread over, they count
    /// together; others sign in meanwhile.
    async fn guesses_at_one_person_count_together(app: TestApp) {
        let shops = [app.shop().await, app.shop().await, app.shop().await];
        let target = &shops[0].email;
        let mut heard = 0;
        for guess in 0..50 {
            let shop = &shops[guess % shops.len()];
            let url = match guess % 5 {
                0 => console("/api/auth/login"),
                _ => shop.api("/auth/login"),
            };
            let from = format!("198.51.{guess}.7");
            let spelt = if guess % 2 == 0 { target.clone() } else { target.to_uppercase() };
            let reply = try_to_sign_in(&app, &url, &spelt, &format!("guess number {guess}"), &from).await;
            match reply.status.as_u16() {
                401 => heard += 1,
                429 => assert_eq!(reply.json()["code"], "rate.limited"),
                other => panic!("{other}"),
            }
        }
        assert_eq!(heard, 10);
        let console_login = console("/api/auth/login");
        let right = try_to_sign_in(&app, &console_login, target, PASSWORD, "198.51.100.1").await;
        assert_eq!(right.status, 429, "nor does the right one tell");
        assert!(right.header("retry-after").is_some());
        let other = try_to_sign_in(&app, &console_login, &shops[1].email, PASSWORD, "198.51.100.1").await;
        other.expect_status(200);
        app.clock.advance(Duration::from_secs(60));
        try_to_sign_in(&app, &console_login, target, PASSWORD, "198.51.100.1").await.expect_status(200);
    }

    /// ATK-P13: the guesses of others do not keep somebody out of a browser that they have signed in with before; there,
    /// too, only so many guesses are heard.
    async fn guesses_do_not_keep_their_target_out(app: TestApp) {
        let shop = app.shop().await;
        let login = console("/api/auth/login");
        let first = try_to_sign_in(&app, &login, &shop.email, PASSWORD, "203.0.113.1").await.expect_status(200);
        let device = first.cookie("__Host-device").unwrap().to_owned();
        let known = async |email: &str, password: &str| {
            let body = json!({"email": email, "password": password});
            let request = app.client().post(&login).from("203.0.113.9").cookie("__Host-device", &device);
            request.json(&body).send().await
        };
        for guess in 0..12 {
            try_to_sign_in(&app, &login, &shop.email, "a wrong guess", &format!("198.51.{guess}.7")).await;
        }
        try_to_sign_in(&app, &login, &shop.email, PASSWORD, "203.0.113.1").await.expect_status(429);
        let again = known(&shop.email, PASSWORD).await.expect_status(200);
        assert_eq!(again.cookie("__Host-device"), Some(device.as_str()), "for another year");
        for _ in 0..9 {
            known(&shop.email, "a wrong guess").await.expect_status(401);
        }
        known(&shop.email, PASSWORD).await.expect_status(429);
        // For another person, the browser is any stranger's.
        let other = app.shop().await;
        for guess in 0..12 {
            try_to_sign_in(&app, &login, &other.email, "a wrong guess", &format!("198.51.{guess}.8")).await;
        }
        known(&other.email, PASSWORD).await.expect_status(429);
    }

    /// One address tries so many people, opens so many businesses and carts; another is not held up by it.
    async fn an_address_has_its_own_budgets(app: TestApp) {
        let shop = app.shop().await;
        let (busy, quiet) = ("203.0.113.7", "203.0.113.8");
        let cart = |from: &'static str| shop.guest("POST", "/ecommerce/carts").from(from).json(&json!({})).send();
        for _ in 0..30 {
            cart(busy).await.expect_status(201);
        }
        cart(busy).await.expect_status(429);
        cart(quiet).await.expect_status(201);
        let login = console("/api/auth/login");
        for person in 0..30 {
            let email = format!("nobody-{person}@example.org");
            try_to_sign_in(&app, &login, &email, "a wrong guess", busy).await.expect_status(401);
        }
        try_to_sign_in(&app, &login, &shop.email, PASSWORD, busy).await.expect_status(429);
        try_to_sign_in(&app, &login, &shop.email, PASSWORD, quiet).await.expect_status(200);
        let business = json!({"name": "", "slug": "-", "kind": "bank", "currency": "XXZ"});
        let body = json!({"name": " ", "email": "ada", "password": "short", "business": business});
        let sign_up = |from: &'static str| app.browser().post(&console("/api/auth/signup")).from(from).json(&body).send();
        for _ in 0..10 {
            sign_up(busy).await.expect_status(422);
        }
        sign_up(busy).await.expect_status(429);
        sign_up(quiet).await.expect_status(422);
    }
}
