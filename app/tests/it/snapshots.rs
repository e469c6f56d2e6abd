//! A business goes back to an earlier moment; the others do not notice.

use std::{
    fs::File,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use stoa_core::{Actor, ManualClock};
use stoa_db::{JournalFilter, Stretch};
use stoa_testing::{Shop, on_both_engines, unique};

use crate::{
    cases::{Things, product},
    installation::{Installation, Server},
};

/// Between two requests, so that nobody asks more often than they may.
const PAUSE: Duration = Duration::from_millis(100);

fn a_shop_goes_back(installation: &Installation) {
    let slug = unique("back");
    installation.open_shop(&slug);
    let missing = installation.run(&["restore", &slug, "--at", "2026-11-21T09:30:00Z"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&missing.stderr).contains("has no snapshots"),
        "{missing:?}"
    );
    let kept = installation.json(&["backup", &slug]);
    let file = installation.catalogue();
    let import = [
        "import", "products", "--tenant", &slug, "--format", "shopify", &file,
    ];
    installation.json(&import);

    let server = Server::start(installation);
    assert!(server.get(&slug, "/products").1.contains("Indigo Kurta"));
    let before_all = installation.run(&["restore", &slug, "--at", "2020-01-01T00:00:00Z"]);
    let stderr = String::from_utf8_lossy(&before_all.stderr);
    assert_eq!(before_all.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains(kept["taken_at"].as_str().unwrap()),
        "it lists those there are: {stderr}"
    );

    let at = kept["taken_at"].as_str().unwrap();
    let restored = installation.json(&["restore", &slug, "--at", at]);
    assert_eq!(restored["restored"]["taken_at"], at);
    let snapshots = installation.json(&["snapshots", &slug]);
    assert_eq!(
        snapshots.as_array().unwrap().len(),
        2,
        "what was there is kept: {snapshots}"
    );
    drop(server);
    let server = Server::start(installation);
    assert!(!server.get(&slug, "/products").1.contains("Indigo Kurta"));

    // And forward again, from the file that was kept.
    let file = restored["before"]["file"].as_str().unwrap();
    installation.json(&["restore", &slug, "--from", file]);
    assert_eq!(installation.json(&["doctor"])["findings"], json!([]));
    drop(server);
    let server = Server::start(installation);
    assert!(server.get(&slug, "/products").1.contains("Indigo Kurta"));
    assert_eq!(server.end(), Some(0));
}

#[test]
fn a_shop_goes_back_on_sqlite() {
    a_shop_goes_back(&Installation::on_sqlite());
}

#[test]
fn a_shop_goes_back_on_postgres() {
    a_shop_goes_back(&Installation::on_postgres());
}

#[test]
fn all_are_backed_up_and_the_newest_are_kept() {
    let installation = Installation::on_sqlite();
    let slugs = [unique("one"), unique("two")];
    for slug in &slugs {
        installation.open_shop(slug);
    }
    for _ in 0..3 {
        let done = installation.json(&["backup", "--all", "--keep", "2"]);
        assert_eq!(done.as_array().unwrap().len(), 2, "{done}");
    }
    for slug in &slugs {
        let kept = installation.json(&["snapshots", slug]);
        assert_eq!(kept.as_array().unwrap().len(), 2, "{kept}");
        assert!(kept[0]["taken_at"].as_str() > kept[1]["taken_at"].as_str());
    }
}

/// What a shop sells, has sold, and says on its pages.
async fn content(shop: &Shop) -> [Value; 3] {
    [
        shop.get("/ecommerce/products").await.expect_status(200).json(),
        shop.get("/ecommerce/orders").await.expect_status(200).json(),
        shop.get("/sites").await.expect_status(200).json(),
    ]
}

/// Opens carts until told to stop; says which were acknowledged, and with what others were answered.
async fn open_carts(shop: Shop, clock: ManualClock, stop: Arc<AtomicBool>) -> (Vec<String>, Vec<u16>) {
    let (mut carts, mut refused) = (Vec::new(), Vec::new());
    while !stop.load(Ordering::SeqCst) {
        clock.advance(PAUSE);
        let reply = shop
            .guest("POST", "/ecommerce/carts")
            .json(&json!({}))
            .send()
            .await;
        match reply.status.as_u16() {
            201 => carts.push(reply.json()["token"].as_str().unwrap().to_owned()),
            other => refused.push(other),
        }
    }
    (carts, refused)
}

on_both_engines! {
    stoa::compose;

    /// FLT-14: a shop is restored while it and others are at work: it is as the snapshot holds it, and the others lose
    /// nothing.
    async fn a_shop_is_restored_during_traffic(app: TestApp) {
        let (a, b, idle) = (app.shop().await, app.shop().await, app.shop().await);
        for shop in [&a, &b, &idle] {
            Things::of(shop).await;
        }
        let others = [content(&b).await, content(&idle).await];
        let before = content(&a).await;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.snapshot");
        app.db.snapshot(a.id, &path).await.unwrap();
        a.create("/ecommerce/products", &product("Later", 5)).await;
        assert_ne!(content(&a).await, before);

        let stop = Arc::new(AtomicBool::new(false));
        let traffic = [&a, &b]
            .map(|shop| tokio::spawn(open_carts(shop.clone(), app.clock.clone(), Arc::clone(&stop))));
        for _ in 0..5 {
            let file = File::open(&path).unwrap();
            app.db.restore(a.id, Actor::Command, file).await.unwrap();
            assert_eq!(content(&a).await, before);
            let page = a.visitor.get(&a.site("/products")).send().await;
            assert!(!page.text().contains("Later"), "a page of before is not served");
        }
        stop.store(true, Ordering::SeqCst);
        let [of_a, of_b] = traffic;
        let (_, refused) = of_a.await.unwrap();
        assert!(refused.iter().all(|status| *status == 503), "{refused:?}");
        let (carts, refused) = of_b.await.unwrap();
        assert_eq!(refused, Vec::<u16>::new());
        for token in carts {
            app.clock.advance(PAUSE);
            let path = format!("/ecommerce/carts/{token}");
            b.guest("GET", &path).send().await.expect_status(200);
        }
        assert_eq!([content(&b).await, content(&idle).await], others);
        for shop in [&a, &b, &idle] {
            assert_eq!(app.db.examine(shop.id).await.unwrap(), Vec::<String>::new());
        }
        let mut cx = app.db.tenant(a.id, Actor::System).read().await.unwrap();
        assert_eq!(cx.journal(&JournalFilter::default(), &Stretch::first(1)).await.unwrap()[0].kind, "store.restored");
    }
}
