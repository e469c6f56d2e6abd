//! GET /api/jobs, GET /api/jobs/{id}, POST /api/jobs/{id}/rerun.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stoa_core::Actor;
use stoa_db::Job;
use stoa_testing::{Shop, TestApp, on_both_engines};

/// What no part of the platform does.
#[derive(Serialize, Deserialize)]
struct Unknown {
    secret: String,
}

impl Job for Unknown {
    const KIND: &'static str = "nobody.does";
}

/// Has the shop something to do that nobody can do; answers its id.
async fn add(app: &TestApp, shop: &Shop) -> String {
    // Ids are in the order of milliseconds.
    app.clock.advance(Duration::from_millis(1));
    let mut cx = app.db.tenant(shop.id, Actor::System).begin().await.unwrap();
    let secret = "canary-4711".to_owned();
    let id = cx.enqueue(&Unknown { secret }).await.unwrap().unwrap();
    cx.commit().await.unwrap();
    id.to_string()
}

async fn ids(shop: &Shop, query: &str) -> Vec<Value> {
    let page = shop.get(&format!("/jobs{query}")).await.expect_status(200).json();
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| job["id"].clone())
        .collect()
}

on_both_engines! {
    stoa::compose;

    async fn lists_by_state_and_kind_newest_first(app: TestApp) {
        let shop = app.shop().await;
        let (first, second) = (add(&app, &shop).await, add(&app, &shop).await);
        assert_eq!(ids(&shop, "").await, [json!(second), json!(first)]);
        assert_eq!(ids(&shop, "?kind=nobody.does&state=waiting&limit=1").await, [json!(second)]);
        assert_eq!(ids(&shop, "?state=dead").await, Vec::<Value>::new());
        assert_eq!(ids(&shop, "?kind=mail.send").await, Vec::<Value>::new());
        shop.get("/jobs?state=lost").await.expect_status(422);
        let page = shop.get("/jobs?limit=1").await.json();
        let next = page["next"].as_str().unwrap();
        assert_eq!(ids(&shop, &format!("?limit=1&after={next}")).await, [json!(first)]);
        assert!(!shop.get("/jobs").await.text().contains("canary-4711"));
    }

    async fn a_dead_job_is_tried_again_when_somebody_asks(app: TestApp) {
        let shop = app.shop().await;
        let id = add(&app, &shop).await;
        let rerun = || shop.owner.post(&shop.api(&format!("/jobs/{id}/rerun"))).json(&json!({})).send();
        assert_eq!(rerun().await.expect_status(409).json()["code"], "jobs.not_dead");
        app.jobs.run_due(&[shop.id]).await.unwrap();
        let dead = shop.get(&format!("/jobs/{id}")).await.expect_status(200).json();
        assert_eq!((dead["state"].as_str(), dead["attempts"].as_i64()), (Some("dead"), Some(1)));
        assert_eq!(dead["error"], "no part of the platform does nobody.does");
        let waiting = rerun().await.expect_status(200).json();
        assert_eq!((waiting["state"].as_str(), waiting["attempts"].as_i64()), (Some("waiting"), Some(0)));
        assert_eq!(app.jobs.run_due(&[shop.id]).await.unwrap(), 1);
    }
}
