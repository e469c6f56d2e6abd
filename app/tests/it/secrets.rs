//! Whoever has the stores alone, and not the master key, has nobody's credentials.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use http::header::SET_COOKIE;
use serde_json::json;
use stoa_db::DbConfig;
use stoa_testing::{PASSWORD, PostgresServer, Reply, Shop, TestApp, console, on_both_engines};

use crate::cases::{api_key, checkout, product, text};

/// Every table of every schema of ours, as queries that show whole rows.
const TABLES: &str = "SELECT format('SELECT t::text FROM %I.%I AS t', nspname, relname)
    FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p') AND nspname NOT IN ('pg_catalog', 'information_schema') AND nspname NOT LIKE 'pg_toast%'";

/// All that the stores hold: files with what SQLite keeps beside them, or the rows of all tables.
fn dump(app: &TestApp) -> String {
    match &app.stores {
        DbConfig::Files { data } => {
            let files = files(data)
                .into_iter()
                .filter(|file| !file.starts_with(data.join("outbox")));
            let bytes: Vec<_> = files.flat_map(|file| fs::read(file).unwrap()).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        }
        DbConfig::Postgres(_) => {
            let url = PostgresServer::shared().superuser_url();
            let queries = PostgresServer::psql(&url, &[TABLES]).unwrap();
            let queries: Vec<_> = queries.lines().collect();
            assert!(queries.len() > 20, "{queries:?}");
            PostgresServer::psql(&url, &queries).unwrap()
        }
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

/// Whether it is there as it is, or as PostgreSQL shows bytes.
fn holds(dump: &str, text: &str) -> bool {
    let hex = text.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    dump.contains(text) || dump.contains(&hex)
}

/// The value of a cookie that the answer sets.
fn cookie(reply: &Reply) -> String {
    let set = reply.headers.get(SET_COOKIE).unwrap().to_str().unwrap();
    let (_, value) = set.split(';').next().unwrap().split_once('=').unwrap();
    assert!(value.len() > 20, "{set}");
    value.to_owned()
}

/// Signs a person in, in each way there is, and makes a program's key.
async fn credentials_of_staff(app: &TestApp, shop: &Shop) -> Vec<String> {
    let post = async |path: &str, body: serde_json::Value| {
        app.browser().post(&console(path)).json(&body).send().await
    };
    let password = json!({"email": shop.email, "password": PASSWORD});
    let browser = post("/api/auth/login", password).await.expect_status(200);
    let grant = json!({"grant": "password", "email": shop.email, "password": PASSWORD});
    let tokens = post("/api/auth/token", grant).await.expect_status(200).json();
    let refresh = json!({"grant": "refresh_token", "refresh_token": tokens["refresh_token"]});
    let renewed = post("/api/auth/token", refresh).await.expect_status(200).json();
    let key = shop.create("/api-keys", &api_key(&["orders.read"])).await;
    let mistyped = "tipsy-horse-battery-staple";
    let wrong = json!({"email": shop.email, "password": mistyped});
    post("/api/auth/login", wrong).await.expect_status(401);
    vec![
        PASSWORD.to_owned(),
        mistyped.to_owned(),
        cookie(&browser),
        text(&tokens["access_token"]),
        text(&tokens["refresh_token"]),
        text(&renewed["access_token"]),
        text(&renewed["refresh_token"]),
        text(&key["key"]),
    ]
}

/// Shops by API, with a key against repetition, and on the pages: what opens carts and orders.
async fn credentials_of_shoppers(shop: &Shop) -> Vec<String> {
    let made = shop
        .create("/ecommerce/products", &product("Kurta of plain sight", 9))
        .await;
    let variant = text(&made["variants"][0]["id"]);
    let cart = shop
        .guest("POST", "/ecommerce/carts")
        .json(&json!({}))
        .send()
        .await
        .json();
    let cart = text(&cart["token"]);
    shop.guest("PUT", &format!("/ecommerce/carts/{cart}/lines/{variant}"))
        .json(&json!({"quantity": 1}))
        .send()
        .await
        .expect_status(200);
    let mut delivery = checkout();
    delivery["contact"]["email"] = json!("rahim@example.org");
    let order = shop
        .guest("POST", &format!("/ecommerce/carts/{cart}/checkout"))
        .header("idempotency-key", "the-one-and-only-key-of-this-order")
        .json(&delivery)
        .send()
        .await
        .expect_status(201)
        .json();
    let added = shop
        .visitor
        .post(&shop.site("/cart/lines"))
        .form(&[("variant", variant.as_str()), ("quantity", "1")])
        .send()
        .await;
    vec![
        cart,
        text(&order["token"]),
        "the-one-and-only-key-of-this-order".to_owned(),
        cookie(&added),
    ]
}

on_both_engines! {
    stoa::compose;

    /// ATK-P6: no password, token, key or link lies in a store, while letters wait nor after they are sent.
    async fn the_stores_hold_no_credentials(app: TestApp) {
        let shop = app.shop().await;
        let mut secrets = credentials_of_staff(&app, &shop).await;
        secrets.extend(credentials_of_shoppers(&shop).await);
        for when in ["while letters wait", "after they are sent"] {
            let dump = dump(&app);
            assert!(holds(&dump, "Kurta of plain sight") && holds(&dump, &shop.email), "it looks in the stores");
            for secret in &secrets {
                assert!(!holds(&dump, secret), "{when}: {secret}");
            }
            assert_eq!(app.letters().len(), if when == "while letters wait" { 0 } else { 2 });
            app.jobs.run_due(&[shop.id]).await.unwrap();
        }
        let letter = app.letters().into_iter().find(|letter| letter.to == "rahim@example.org").unwrap();
        assert!(secrets.iter().any(|secret| letter.text.contains(secret)), "the letter has the link");
    }
}
