//! GET /api/events.

use serde::Serialize;
use serde_json::{Value, json};
use stoa_core::Actor;
use stoa_db::{Event, control_sql};
use stoa_testing::{Events, Shop, TestApp, console, on_both_engines};

use crate::rename;

#[derive(Serialize)]
struct Happened;

impl Event for Happened {
    const KIND: &'static str = "something.happened";

    fn subject(&self) -> String {
        String::new()
    }
}

async fn follow(shop: &Shop, query: &str) -> Events {
    shop.owner
        .get(&shop.api(&format!("/events{query}")))
        .follow()
        .await
}

/// The names that the business was given, as the next events tell them, with their numbers.
async fn next(events: &mut Events, count: usize) -> Vec<(i64, String)> {
    let mut seen = Vec::new();
    for _ in 0..count {
        let event = events.next().await.unwrap();
        let data: Value = serde_json::from_str(&event.data).unwrap();
        assert_eq!(data["seq"].to_string(), event.id);
        assert_eq!(data["kind"], event.kind.as_str());
        seen.push((data["seq"].as_i64().unwrap(), event.kind));
    }
    seen
}

async fn set_status(app: &TestApp, shop: &Shop, status: &str) {
    let mut cx = app.db.platform_begin(Actor::Command).await.unwrap();
    cx.sql(control_sql!("UPDATE tenants SET status = $2 WHERE id = $1"))
        .bind(shop.id)
        .bind(status)
        .execute()
        .await
        .unwrap();
    cx.commit().await.unwrap();
    // What is remembered of the tenant is a moment old by now.
    app.clock.advance(std::time::Duration::from_secs(2));
}

on_both_engines! {
    stoa::compose;

    async fn tells_what_happens_from_now_on(app: TestApp) {
        let shop = app.shop().await;
        let mut events = follow(&shop, "").await;
        assert_eq!(events.headers["cache-control"], "no-store, no-transform");
        assert_eq!(events.headers["x-accel-buffering"], "no");
        rename(&shop, "One").await;
        rename(&shop, "Two").await;
        let seen = next(&mut events, 2).await;
        assert_eq!(seen, [(2, "profile.changed".to_owned()), (3, "profile.changed".to_owned())]);
    }

    async fn goes_on_where_it_broke_off(app: TestApp) {
        let shop = app.shop().await;
        for name in ["One", "Two", "Three"] {
            rename(&shop, name).await;
        }
        let mut after = follow(&shop, "?after=2").await;
        let request = shop.owner.get(&shop.api("/events")).header("Last-Event-ID", "2");
        let mut resumed = request.follow().await;
        rename(&shop, "Four").await;
        for events in [&mut after, &mut resumed] {
            let numbers: Vec<_> = next(events, 3).await.into_iter().map(|(seq, _)| seq).collect();
            assert_eq!(numbers, [3, 4, 5]);
        }
        let wrong = shop.owner.get(&shop.api("/events")).header("Last-Event-ID", "two");
        wrong.send().await.expect_status(422);
    }

    async fn no_more_than_so_many_follow_one_business(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        let mut open = Vec::new();
        for _ in 0..5 {
            open.push(follow(&shop, "").await);
        }
        let refused = shop.get("/events").await.expect_status(429);
        assert_eq!(refused.json()["code"], "journal.too_many_streams");
        let mut keys = Vec::new();
        for _ in 0..4 {
            let key = json!({"name": "Follower", "permissions": ["journal.read"]});
            let made = shop.create("/api-keys", &key).await;
            keys.push(made["key"].as_str().unwrap().to_owned());
        }
        let by_key = |key: &str| app.client().get(&shop.api("/events")).bearer(key);
        for key in &keys[..3] {
            for _ in 0..5 {
                open.push(by_key(key).follow().await);
            }
        }
        by_key(&keys[3]).send().await.expect_status(429);
        follow(&other, "").await;
        open.pop();
        by_key(&keys[3]).follow().await;
    }

    /// ATK-J5: a stream carries its own business's events only.
    async fn another_business_s_events_are_not_in_it(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        let mut events = follow(&shop, "?after=0").await;
        rename(&other, "Elsewhere").await;
        rename(&shop, "Here").await;
        let seen = next(&mut events, 2).await;
        assert_eq!(seen.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), [1, 2]);
        let stranger = other.owner.get(&shop.api("/events")).send().await;
        stranger.expect_status(404);
    }

    /// ATK-J5: a stream ends with the session that it was opened in, before another line is told.
    async fn ends_with_the_session(app: TestApp) {
        let shop = app.shop().await;
        let other = app.browser();
        let credentials = json!({"email": shop.email, "password": stoa_testing::PASSWORD});
        other.post(&console("/api/auth/login")).json(&credentials).send().await.expect_status(200);
        let mut events = other.get(&shop.api("/events")).follow().await;
        rename(&shop, "Seen").await;
        assert_eq!(next(&mut events, 1).await.len(), 1);
        other.post(&console("/api/auth/logout")).json(&json!({})).send().await.expect_status(204);
        rename(&shop, "Not seen").await;
        assert_eq!(events.next().await, None);
    }

    /// ATK-J5: a stream ends when its reader may no longer read, before another line is told.
    async fn ends_with_the_permission(app: TestApp) {
        let shop = app.shop().await;
        let mut events = follow(&shop, "").await;
        let mut cx = app.db.platform_begin(Actor::Command).await.unwrap();
        cx.sql(control_sql!("UPDATE memberships SET role = 'STAFF' WHERE tenant_id = $1"))
            .bind(shop.id)
            .execute()
            .await
            .unwrap();
        cx.commit().await.unwrap();
        let mut cx = app.db.tenant(shop.id, Actor::System).begin().await.unwrap();
        cx.record(&Happened);
        cx.commit().await.unwrap();
        assert_eq!(events.next().await, None);
    }

    /// ATK-J5: a stream ends with the tenant's suspension.
    async fn ends_with_a_suspension(app: TestApp) {
        let shop = app.shop().await;
        let mut events = follow(&shop, "").await;
        set_status(&app, &shop, "suspended").await;
        assert_eq!(events.next().await, None);
    }
}
