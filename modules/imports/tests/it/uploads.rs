//! Sending a file: what is asked of the form and of who sends it, and what stays of one that breaks off.

use stoa::Stoa;
use stoa_core::Clock;
use stoa_db::{Db, DbConfig};
use stoa_http::{Gateway, HttpConfig};
use stoa_jobs::Runner;
use stoa_mail::MailConfig;
use stoa_testing::{Engine, TestApp, on_both_engines};
use stoa_vault::Vault;

use crate::builders::{HEADER, form, kept, post, send, text};

/// A platform that takes files of one MiB.
async fn small(
    stores: DbConfig,
    mail: MailConfig,
    config: HttpConfig,
    clock: Clock,
    vault: Vault,
) -> (Db, Gateway, Runner) {
    let stoa = Stoa::with(&stores, config, &mail, clock, vault).await;
    parts(&stoa.expect("the platform opens").limit_imports(1))
}

async fn without_products(
    stores: DbConfig,
    mail: MailConfig,
    config: HttpConfig,
    clock: Clock,
    vault: Vault,
) -> (Db, Gateway, Runner) {
    let stoa = Stoa::without_permission(&stores, config, &mail, clock, vault, "products.write").await;
    parts(&stoa.expect("the platform opens"))
}

fn parts(stoa: &Stoa) -> (Db, Gateway, Runner) {
    (stoa.db().clone(), stoa.gateway(Vec::new()), stoa.runner().clone())
}

/// Rows that say nothing of a product, so many bytes of them.
fn rows(bytes: usize) -> String {
    let mut file = HEADER.to_owned();
    file.push_str(&",,,,,\n".repeat(bytes / 6));
    file
}

on_both_engines! {
    stoa::compose;

    async fn the_form_says_what_it_lacks(app: TestApp) {
        let shop = app.shop().await;
        for (kind, format, field) in [("orders", "shopify", "kind"), ("products", "excel", "format")] {
            let reply = post(&shop.owner, &shop, form(kind, format, b"Title\n")).send().await.expect_status(422).json();
            assert_eq!(reply["errors"][0]["field"], field, "{reply}");
        }
        let plain = shop.owner.post(&shop.api("/imports")).json(&serde_json::json!({})).send().await;
        assert_eq!(plain.expect_status(415).json()["code"], "request.media_type");
        let no_file = post(&shop.owner, &shop, b"--------------------------d74496d66958873e--\r\n".to_vec()).send().await;
        assert_eq!(no_file.expect_status(422).json()["errors"][0]["code"], "field.missing");
        let foreign = post(&shop.owner, &shop, form("products", "shopify", b"Title\n"))
            .header("sec-fetch-site", "cross-site").send().await;
        assert_eq!(foreign.expect_status(403).json()["code"], "request.cross_origin");
    }

    async fn one_that_breaks_off_leaves_nothing(app: TestApp) {
        let shop = app.shop().await;
        let whole = form("products", "shopify", rows(1024 * 1024).as_bytes());
        let broken = whole[..whole.len() - 40].to_vec();
        let reply = post(&shop.owner, &shop, broken).send().await.expect_status(400).json();
        assert_eq!(reply["code"], "request.body");
        assert_eq!(kept(&app, &shop).await, (0, 0));
        send(&shop, rows(1024 * 1024).as_bytes()).await.expect_status(201);
        assert_eq!(kept(&app, &shop).await, (5, 1), "the pieces of a whole file are kept");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_has_at_most_what_the_operator_allows() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let app = TestApp::start(engine, small).await;
        let shop = app.shop().await;
        send(&shop, rows(900_000).as_bytes()).await.expect_status(201);
        // Less than the form around a file may add, and more: told by the pieces, and by the length of the whole.
        for bytes in [1024 * 1024 + 1000, 4 * 1024 * 1024] {
            let reply = send(&shop, rows(bytes).as_bytes())
                .await
                .expect_status(413)
                .json();
            assert_eq!(reply["code"], "imports.too_large");
            assert!(
                text(&reply["detail"]).contains("at most 1 MiB; split it"),
                "{reply}"
            );
        }
        assert_eq!(kept(&app, &shop).await.1, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_change_products_may_not_import_them() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let app = TestApp::start(engine, without_products).await;
        let shop = app.shop().await;
        let reply = send(&shop, b"Title,Price\nMug,1\n")
            .await
            .expect_status(403)
            .json();
        assert_eq!(reply["code"], "auth.permission_missing");
        assert_eq!(kept(&app, &shop).await, (0, 0));
    }
}
