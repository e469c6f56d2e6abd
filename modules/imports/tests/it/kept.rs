//! What stays of an import, for how long, and what its job says meanwhile.

use std::time::Duration;

use serde_json::{Value, json};
use stoa_core::Actor;
use stoa_db::sql;
use stoa_testing::{Shop, TestApp, on_both_engines};

use crate::builders::{catalogue, import, items, kept, path, run_jobs, send, show, text, told};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How many faults and rejected rows are kept.
async fn rejects(app: &TestApp, shop: &Shop) -> (i64, i64) {
    let mut cx = app
        .db
        .tenant(shop.id, Actor::System)
        .read()
        .await
        .expect("the store opens");
    cx.sql(sql!(
        "SELECT (SELECT count(*) FROM import_faults), (SELECT count(*) FROM import_rejected_rows)"
    ))
    .one()
    .await
    .expect("both are counted")
}

async fn progress(shop: &Shop) -> Value {
    let jobs = shop.get("/jobs?kind=imports.run").await.expect_status(200).json();
    let job = shop.get(&format!("/jobs/{}", text(&items(&jobs)[0]["id"]))).await;
    job.expect_status(200).json()["progress"].clone()
}

on_both_engines! {
    stoa::compose;

    async fn one_that_is_over_can_be_deleted(app: TestApp) {
        let shop = app.shop().await;
        let sent = send(&shop, catalogue(30).as_bytes()).await.expect_status(201).json();
        let delete = || shop.owner.delete(&shop.api(&path(&sent, ""))).send();
        let refused = delete().await.expect_status(409).json();
        assert_eq!(refused["code"], "imports.not_over");
        assert!(text(&refused["detail"]).contains("cancel it"), "{refused}");
        run_jobs(&app, &shop).await;
        assert_eq!(rejects(&app, &shop).await, (3, 4));
        delete().await.expect_status(204);
        assert_eq!((kept(&app, &shop).await, rejects(&app, &shop).await), ((0, 0), (0, 0)));
        assert_eq!(delete().await.expect_status(404).json()["code"], "imports.not_found");
        assert_eq!(told(&app, &shop, "import.deleted").await, 1);
        assert_eq!(told(&app, &shop, "product.created").await, 27, "what was imported stays");
    }

    async fn it_goes_thirty_days_after_it_was_over(app: TestApp) {
        let shop = app.shop().await;
        import(&app, &shop, &catalogue(30)).await;
        app.clock.advance(20 * DAY);
        import(&app, &shop, &catalogue(20)).await;
        run_jobs(&app, &shop).await;
        assert_eq!((kept(&app, &shop).await.1, rejects(&app, &shop).await), (2, (5, 7)));
        app.clock.advance(11 * DAY);
        run_jobs(&app, &shop).await;
        assert_eq!((kept(&app, &shop).await.1, rejects(&app, &shop).await), (1, (2, 3)));
    }

    async fn its_job_says_what_the_import_says(app: TestApp) {
        let shop = app.shop().await;
        let sent = send(&shop, catalogue(100).as_bytes()).await.expect_status(201).json();
        assert_eq!(progress(&shop).await, json!({"done": 0, "total": null, "note": null}));
        run_jobs(&app, &shop).await;
        let done = show(&shop, &sent).await;
        let note = format!("bringing in products.csv ({})", text(&sent["id"]));
        assert_eq!(progress(&shop).await, json!({"done": done["rows"], "total": done["rows_total"], "note": note}));
        assert_eq!(done["rows"], 134);
    }
}
