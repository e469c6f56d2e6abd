//! GET and POST /api/api-keys, DELETE /api/api-keys/{id}, and what a key opens.

use std::time::Duration;

use serde_json::{Value, json};
use stoa_core::{Role, Timestamp};
use stoa_testing::{Client, Reply, Shop, TestApp, console, on_both_engines};

use crate::{member, problem};

fn key(permissions: &[&str]) -> Value {
    json!({"name": "Warehouse", "permissions": permissions})
}

async fn make(by: &Client, shop: &Shop, key: &Value) -> Reply {
    by.post(&shop.api("/api-keys")).json(key).send().await
}

async fn made(shop: &Shop, permissions: &[&str]) -> Value {
    make(&shop.owner, shop, &key(permissions))
        .await
        .expect_status(201)
        .json()
}

async fn get(app: &TestApp, url: &str, key: &Value) -> Reply {
    app.client()
        .get(url)
        .bearer(key["key"].as_str().unwrap())
        .send()
        .await
}

#[track_caller]
fn refused(reply: Reply, status: u16, code: &str) {
    assert_eq!(reply.expect_status(status).json()["code"], code);
}

on_both_engines! {
    stoa::compose;

    async fn a_key_opens_what_it_was_made_for_in_its_business(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        let key = made(&shop, &["profile.read", "members.read"]).await;
        get(&app, &shop.api("/members"), &key).await.expect_status(200);
        get(&app, &shop.site("/api/members"), &key).await.expect_status(200);
        get(&app, &console("/api/members"), &key).await.expect_status(200);
        refused(get(&app, &shop.api("/journal"), &key).await, 403, "auth.permission_missing");

        let denied = get(&app, &other.api("/members"), &key).await.expect_status(404);
        let nowhere = get(&app, &console("/api/tenant/no-such-business/members"), &key).await.expect_status(404);
        assert_eq!(problem(&denied), problem(&nowhere));
        refused(get(&app, &console("/api/auth/session"), &key).await, 403, "auth.person_required");
        refused(get(&app, &console("/api/me/sessions"), &key).await, 403, "auth.person_required");
    }

    async fn a_key_is_shown_once_and_its_use_is_noted_to_the_hour(app: TestApp) {
        let shop = app.shop().await;
        let made = made(&shop, &["members.read"]).await;
        let secret = made["key"].as_str().unwrap();
        assert!(secret.starts_with("stoa_"), "{secret}");
        let last_used = || async {
            let listed = shop.get("/api-keys").await.expect_status(200);
            assert!(!listed.text().contains(secret));
            let mut listed = listed.json()["items"].as_array().unwrap().clone();
            assert_eq!((listed.len(), &listed[0]["id"]), (1, &made["id"]));
            listed.remove(0)["last_used_at"].take()
        };
        assert_eq!(last_used().await, json!(null));
        get(&app, &shop.api("/members"), &made).await.expect_status(200);
        let first = last_used().await;
        assert_ne!(first, json!(null));
        app.clock.advance(Duration::from_secs(59 * 60));
        get(&app, &shop.api("/members"), &made).await.expect_status(200);
        assert_eq!(last_used().await, first);
        app.clock.advance(Duration::from_secs(2 * 60));
        get(&app, &shop.api("/members"), &made).await.expect_status(200);
        assert_ne!(last_used().await, first);
    }

    async fn a_revoked_or_expired_key_is_denied_at_the_next_request(app: TestApp) {
        let shop = app.shop().await;
        let revoked = made(&shop, &["members.read"]).await;
        get(&app, &shop.api("/members"), &revoked).await.expect_status(200);
        let url = shop.api(&format!("/api-keys/{}", revoked["id"].as_str().unwrap()));
        shop.owner.delete(&url).send().await.expect_status(204);
        refused(get(&app, &shop.api("/members"), &revoked).await, 401, "auth.required");
        refused(shop.owner.delete(&url).send().await, 404, "identity.api_key_not_found");

        let mut expiring = key(&["members.read"]);
        let end: Timestamp = app.db.clock().now().plus(Duration::from_secs(60));
        expiring["expires_at"] = json!(end);
        let expiring = make(&shop.owner, &shop, &expiring).await.expect_status(201).json();
        get(&app, &shop.api("/members"), &expiring).await.expect_status(200);
        app.clock.advance(Duration::from_secs(60));
        refused(get(&app, &shop.api("/members"), &expiring).await, 401, "auth.required");

        let journal = shop.get("/journal").await.expect_status(200);
        let kinds: Vec<_> = journal.json()["items"].as_array().unwrap().iter()
            .take(3).map(|line| line["kind"].clone()).collect();
        assert_eq!(kinds, [json!("api_key.created"), json!("api_key.revoked"), json!("api_key.created")]);
        assert!(!journal.text().contains("stoa_"));
    }

    /// ATK-O13: a key with more than its maker has, or made by a key.
    async fn nobody_makes_a_key_that_may_do_more(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        let (staff, _) = member(&app, &shop, Role::Staff).await;
        refused(make(&staff.browser, &shop, &key(&["orders.read"])).await, 403, "auth.permission_missing");
        refused(staff.browser.get(&shop.api("/api-keys")).send().await, 403, "auth.permission_missing");

        let maker = made(&shop, &["api_keys.write", "members.write", "orders.read"]).await;
        let bearer = maker["key"].as_str().unwrap();
        let by_key = |key: Value| app.client().post(&shop.api("/api-keys")).bearer(bearer).json(&key).send();
        refused(by_key(key(&["orders.read"])).await, 403, "auth.person_required");
        let members = shop.get("/members").await.json();
        let member = shop.api(&format!("/members/{}", members["items"][0]["id"].as_str().unwrap()));
        let promoted = app.client().patch(&member).bearer(bearer).json(&json!({"role": "OWNER", "version": 1}));
        refused(promoted.send().await, 403, "auth.person_required");

        for unusable in [
            key(&[]),
            key(&["everything.write"]),
            key(&["orders.read orders.write"]),
            json!({"name": "", "permissions": ["orders.read"]}),
            json!({"name": "Past", "permissions": ["orders.read"], "expires_at": "2001-01-01T00:00:00Z"}),
            json!({"name": "Other", "permissions": ["orders.read"], "tenant_id": other.id}),
        ] {
            make(&shop.owner, &shop, &unusable).await.expect_status(422);
        }
    }
}
