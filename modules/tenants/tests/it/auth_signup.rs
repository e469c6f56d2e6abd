//! POST /api/auth/signup.

use serde_json::{Value, json};
use stoa_testing::{PASSWORD, Reply, TestApp, console, on_both_engines, unique};

use crate::problem;

fn body(email: &str, slug: &str) -> Value {
    json!({
        "name": "Ada Owner", "email": email, "password": PASSWORD,
        "business": {
            "name": "Dhaka Silk House", "slug": slug, "kind": "store", "currency": "BDT",
            "locale": "bn-BD", "time_zone": "Asia/Dhaka",
        },
    })
}

async fn sign_up(app: &TestApp, body: &Value) -> Reply {
    app.browser()
        .post(&console("/api/auth/signup"))
        .json(body)
        .send()
        .await
}

fn email() -> String {
    format!("{}@example.org", unique("ada"))
}

#[track_caller]
fn refused(reply: Reply, status: u16, code: &str) {
    assert_eq!(reply.expect_status(status).json()["code"], code);
}

on_both_engines! {
    stoa::compose;

    async fn signs_up_and_in(app: TestApp) {
        let (browser, email, slug) = (app.browser(), email(), unique("silk"));
        let reply = browser.post(&console("/api/auth/signup")).json(&body(&email, &slug)).send().await;
        let answer = reply.expect_status(201).json();
        assert_eq!(answer["tenant"]["slug"], slug.as_str());
        assert_eq!(answer["session"]["user"]["email"], email.as_str());
        let profile = browser.get(&console("/api/profile")).send().await.expect_status(200).json();
        assert_eq!(profile, answer["tenant"]);
        assert_eq!((&profile["currency"], &profile["time_zone"]), (&json!("BDT"), &json!("Asia/Dhaka")));
        let features = browser.get(&console("/api/features")).send().await.expect_status(200).json();
        assert_eq!(features, json!({"features": ["cms", "ecommerce"]}));
        app.browser().get(&format!("http://{slug}.stoa.test/")).send().await.expect_status(200);
    }

    /// ATK-R2
    async fn somebody_elses_business_is_not_found(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        for path in ["/profile", "/features", "/journal", "/members"] {
            shop.get(path).await.expect_status(200);
            let denied = shop.owner.get(&other.api(path)).send().await.expect_status(404);
            let unknown = console(&format!("/api/tenant/no-such-shop{path}"));
            let unknown = shop.owner.get(&unknown).send().await.expect_status(404);
            assert_eq!(problem(&denied), problem(&unknown), "{path}");
            app.client().get(&other.api(path)).send().await.expect_status(401);
        }
    }

    async fn a_taken_email_or_address_is_told(app: TestApp) {
        let shop = app.shop().await;
        refused(sign_up(&app, &body(&shop.email, &unique("silk"))).await, 409, "identity.email_taken");
        let other = email();
        refused(sign_up(&app, &body(&other, &shop.slug)).await, 409, "tenant.slug_taken");
        // Nothing of the refused one is left: the same email works with another address.
        sign_up(&app, &body(&other, &unique("silk"))).await.expect_status(201);
    }

    async fn a_business_s_own_host_signs_nobody_up(app: TestApp) {
        let shop = app.shop().await;
        let slug = unique("silk");
        let reply = app.browser().post(&shop.site("/api/auth/signup")).json(&body(&email(), &slug)).send().await;
        assert_eq!(reply.set_cookies().count(), 0);
        refused(reply, 404, "request.not_found");
        app.client().get(&format!("http://{slug}.stoa.test/")).send().await.expect_status(404);
    }

    /// ATK-R8: nobody is called like the platform itself, nor in letters that only look like another's.
    async fn reserved_addresses_are_refused(app: TestApp) {
        for slug in ["admin", "api", "app", "www", "mail", "static", "xn--80ak6aa92e", "XN--80ak6aa92e"] {
            let reply = sign_up(&app, &body(&email(), slug)).await.expect_status(422).json();
            assert_eq!(reply["errors"][0]["field"], "business.slug", "{slug}");
            assert_eq!(reply["errors"][0]["code"], "tenant.slug_reserved", "{slug}");
        }
        for slug in ["ab", "..%2fb", "%00", "Dhaka", &"x".repeat(300)] {
            sign_up(&app, &body(&email(), slug)).await.expect_status(422);
        }
    }

    async fn every_bad_field_is_told_at_once(app: TestApp) {
        let bad = json!({
            "name": " ", "email": "ada", "password": "short",
            "business": {
                "name": "", "slug": "-", "kind": "bank", "currency": "XXZ", "locale": "bengali", "time_zone": "Mars",
            },
        });
        let reply = sign_up(&app, &bad).await.expect_status(422).json();
        let fields: Vec<_> = reply["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
        assert_eq!(fields, [
            "name", "email", "password", "business.name", "business.slug", "business.kind", "business.currency",
            "business.locale", "business.time_zone",
        ]);
    }

    /// ATK-O5
    async fn nobody_signs_up_as_more_than_they_are(app: TestApp) {
        for (field, value) in [("is_admin", json!(true)), ("role", json!("OWNER")), ("tenant_id", json!("ten_x"))] {
            let mut forged = body(&email(), &unique("silk"));
            forged[field] = value;
            sign_up(&app, &forged).await.expect_status(422);
        }
    }

    async fn one_of_two_gets_the_address(app: TestApp) {
        let slug = unique("silk");
        let (one, other) = (body(&email(), &slug), body(&email(), &slug));
        let (one, other) = tokio::join!(sign_up(&app, &one), sign_up(&app, &other));
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
    }
}
