//! The journal and the jobs over HTTP, on both engines; one file per group of paths.
#![expect(clippy::unwrap_used, reason = "a test fails where its set-up does")]

mod events;
mod jobs;
mod journal;

use serde_json::json;
use stoa_testing::Shop;

/// Changes the business's name, which the journal tells.
async fn rename(shop: &Shop, name: &str) {
    let version = shop.get("/profile").await.json()["version"].clone();
    let request = shop
        .owner
        .patch(&shop.api("/profile"))
        .json(&json!({"name": name, "version": version}));
    request.send().await.expect_status(200);
}
