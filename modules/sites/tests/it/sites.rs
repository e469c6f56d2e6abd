//! `/api/sites`

use serde_json::{Value, json};
use stoa_db::{JournalFilter, Stretch};
use stoa_testing::{Shop, on_both_engines};

async fn only_site(shop: &Shop) -> Value {
    let list = shop.get("/sites").await.expect_status(200).json();
    assert_eq!(list["next"], Value::Null);
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    list["items"][0].clone()
}

async fn change(shop: &Shop, site: &Value, body: &Value) -> stoa_testing::Reply {
    let path = format!("/sites/{}", site["id"].as_str().expect("an id"));
    shop.owner.patch(&shop.api(&path)).json(body).send().await
}

on_both_engines! {
    stoa::compose;

    async fn a_business_starts_with_one_website(app: TestApp) {
        let shop = app.shop().await;
        let site = only_site(&shop).await;
        assert_eq!(site["kind"], "store");
        assert_eq!(site["theme"], "default");
        assert_eq!(site["version"], 1);
        let shown = shop.get(&format!("/sites/{}", site["id"].as_str().expect("an id"))).await.expect_status(200);
        assert_eq!(shown.json(), site);
    }

    async fn a_change_is_seen_and_told(app: TestApp) {
        let shop = app.shop().await;
        let site = only_site(&shop).await;
        let body = json!({ "version": 1, "name": "Rongdhonu", "tagline": "Every colour", "time_zone": "asia/dhaka" });
        let changed = change(&shop, &site, &body).await.expect_status(200).json();
        assert_eq!(changed["name"], "Rongdhonu");
        assert_eq!(changed["time_zone"], "Asia/Dhaka");
        assert_eq!(changed["version"], 2);
        assert_eq!(changed["locale"], site["locale"]);
        // Somebody else's change in between is not lost.
        let stale = change(&shop, &site, &json!({ "version": 1, "name": "Other" })).await.expect_status(409);
        assert_eq!(stale.json()["code"], "sites.stale");
        let removed = change(&shop, &site, &json!({ "version": 2, "tagline": null })).await.expect_status(200).json();
        assert_eq!(removed["tagline"], Value::Null);
        assert_eq!(removed["name"], "Rongdhonu");
        let mut cx = app.db.tenant(shop.id, stoa_core::Actor::System).read().await.expect("the store opens");
        let lines = cx.journal(&JournalFilter::default(), &Stretch::first(10)).await.expect("the journal is read");
        let kinds: Vec<_> = lines.iter().map(|line| line.kind.as_str()).filter(|kind| kind.starts_with("site.")).collect();
        assert_eq!(kinds, ["site.changed", "site.changed", "site.created"]);
        assert_eq!(lines[0].data, r#"{"fields":["tagline"]}"#);
    }

    async fn whoever_sets_a_business_up_gives_it_its_sentence(app: TestApp) {
        let shop = app.shop().await;
        let site = only_site(&shop).await;
        let id = site["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let store = app.db.tenant(shop.id, stoa_core::Actor::Command);
        let mut cx = store.begin().await.expect("the store opens");
        let tagline = stoa_sites::Tagline::parse("Every colour").expect("a tagline");
        stoa_sites::set_tagline(&mut cx, id, tagline).await.expect("the site is there");
        cx.commit().await.expect("the change is kept");
        let page = shop.visitor.get(&shop.site("/")).send().await.expect_status(200);
        assert!(page.text().contains("<h1>Every colour</h1>"));
    }

    async fn every_bad_field_is_named(app: TestApp) {
        let shop = app.shop().await;
        let site = only_site(&shop).await;
        let body = json!({ "version": 1, "name": " ", "locale": "Bangla!", "time_zone": "Dhaka" });
        let refused = change(&shop, &site, &body).await.expect_status(422).json();
        let fields: Vec<_> = refused["errors"].as_array().expect("errors").iter().map(|error| &error["field"]).collect();
        assert_eq!(fields, ["name", "locale", "time_zone"]);
        change(&shop, &site, &json!({ "version": 1, "theme": "other" })).await.expect_status(422);
        assert_eq!(only_site(&shop).await, site);
    }

    /// ATK-O1
    async fn another_business_is_as_good_as_none(app: TestApp) {
        let (shop, other) = (app.shop().await, app.shop().await);
        let theirs = only_site(&other).await;
        let refused = change(&shop, &theirs, &json!({ "version": 1, "name": "Mine" })).await.expect_status(404).json();
        let nobody = json!({ "id": "sit_01h455vb4pex5vsknk084sn02q" });
        let none = change(&shop, &nobody, &json!({ "version": 1, "name": "Mine" })).await.expect_status(404).json();
        assert_eq!(refused["code"], none["code"]);
        assert_eq!(refused["detail"], none["detail"]);
        assert_eq!(only_site(&other).await, theirs);
    }
}
