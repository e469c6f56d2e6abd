//! GET /api/journal.

use serde_json::{Value, json};
use stoa_testing::{Shop, on_both_engines};

use crate::rename;

async fn page(shop: &Shop, query: &str) -> Value {
    shop.get(&format!("/journal{query}"))
        .await
        .expect_status(200)
        .json()
}

on_both_engines! {
    stoa::compose;

    async fn shows_what_happened_newest_first(app: TestApp) {
        let shop = app.shop().await;
        rename(&shop, "Silk & Co").await;
        let journal = page(&shop, "").await;
        let lines = journal["items"].as_array().unwrap();
        assert_eq!(lines[0]["kind"], "profile.changed");
        assert_eq!(lines[0]["subject"], shop.id.to_string());
        assert_eq!(lines[0]["data"], json!({"fields": ["name"]}));
        assert!(lines[0]["actor"].as_str().unwrap().starts_with("user:usr_"));
        assert_eq!(lines[1]["kind"], "site.created");
        assert_eq!(lines[1]["actor"], "system");
    }

    /// ATK-O6: a cursor of another business is none.
    async fn pages_hold_every_line_once(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        for name in ["One", "Two", "Three"] {
            rename(&shop, name).await;
        }
        let first = page(&shop, "?limit=2").await;
        let next = first["next"].as_str().unwrap();
        let second = page(&shop, &format!("?limit=2&after={next}")).await;
        let seqs: Vec<_> = [&first, &second]
            .iter()
            .flat_map(|page| page["items"].as_array().unwrap())
            .map(|line| line["seq"].as_i64().unwrap())
            .collect();
        assert_eq!(seqs, [4, 3, 2, 1]);
        other.get(&format!("/journal?after={next}")).await.expect_status(400);
    }

    /// ATK-O9
    async fn another_business_leaves_no_trace(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        let before = page(&shop, "").await;
        rename(&other, "Elsewhere").await;
        assert_eq!(page(&shop, "").await, before);
    }
}
