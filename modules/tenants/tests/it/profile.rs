//! GET and PATCH /api/profile.

use serde_json::{Value, json};
use stoa_testing::{Reply, Shop, console, on_both_engines};

async fn profile(shop: &Shop) -> Value {
    shop.get("/profile").await.expect_status(200).json()
}

async fn change(shop: &Shop, body: &Value) -> Reply {
    shop.owner.patch(&shop.api("/profile")).json(body).send().await
}

on_both_engines! {
    stoa::compose;

    async fn a_change_is_seen_by_the_next_request(app: TestApp) {
        let shop = app.shop().await;
        let before = profile(&shop).await;
        let body = json!({"name": "Silk & Co", "locale": "bn-BD", "time_zone": "asia/dhaka", "version": before["version"]});
        let changed = change(&shop, &body).await.expect_status(200).json();
        assert_eq!((&changed["name"], &changed["time_zone"]), (&json!("Silk & Co"), &json!("Asia/Dhaka")));
        assert_eq!(changed["email"], before["email"]);
        assert_eq!(profile(&shop).await, changed);
        let bootstrap = console(&format!("/api/tenants/{}", shop.slug));
        let bootstrap = app.client().get(&bootstrap).send().await.expect_status(200).json();
        assert_eq!(bootstrap["name"], "Silk & Co");
    }

    async fn of_two_changes_the_second_is_told(app: TestApp) {
        let shop = app.shop().await;
        let version = profile(&shop).await["version"].clone();
        change(&shop, &json!({"name": "First", "version": version})).await.expect_status(200);
        let reply = change(&shop, &json!({"name": "Second", "version": version})).await.expect_status(409);
        assert_eq!(reply.json()["code"], "tenant.stale");
        assert_eq!(profile(&shop).await["name"], "First");
    }

    /// ATK-O5
    async fn what_is_fixed_cannot_be_named(app: TestApp) {
        let shop = app.shop().await;
        let before = profile(&shop).await;
        for (field, value) in [
            ("currency", json!("USD")), ("slug", json!("other")), ("is_admin", json!(true)), ("status", json!("deleted")),
            ("name", json!("")), ("locale", json!("bengali")), ("time_zone", json!("Mars")),
        ] {
            change(&shop, &json!({field: value, "version": before["version"]})).await.expect_status(422);
        }
        assert_eq!(profile(&shop).await, before);
    }
}
