//! Attacks on PostgreSQL below the program: what the role that serves can reach by itself, in every table there is.

use std::collections::BTreeMap;

use serde_json::json;
use stoa_core::TenantId;
use stoa_http::openapi::{document, routes};
use stoa_testing::{Engine, PostgresServer, Shop, TestApp, on_both_engines};

use crate::cases::{Things, product};

/// How many rows each table shows, as a query whose rows are `schema.table|count`.
fn counts(condition: &str) -> String {
    format!(
        "SELECT nspname || '.' || relname,
             (xpath('/row/n/text()', query_to_xml(
                 format('SELECT count(*) AS n FROM %I.%I {condition}', nspname, relname), false, true, '')))[1]::text
         FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
         WHERE nspname IN ('tenant', 'shard') AND relkind IN ('r', 'p', 'v', 'm') AND relname <> 'schema_migrations'"
    )
}

fn bind(tenant: TenantId) -> String {
    let uuid = tenant.uuid();
    format!(
        "SELECT FROM (SELECT set_config('app.tenant_id', '{uuid}', true), set_config('app.asked', '{uuid}', true)) AS _"
    )
}

fn table(answer: &str) -> BTreeMap<String, u64> {
    answer
        .lines()
        .filter_map(|line| line.split_once('|'))
        .map(|(table, count)| (table.to_owned(), count.parse().unwrap()))
        .collect()
}

/// Two businesses with something of every kind.
async fn two_shops() -> (TestApp, Shop, Shop) {
    let app = TestApp::start(Engine::Postgres, stoa::compose).await;
    let (a, b) = (app.shop().await, app.shop().await);
    for shop in [&a, &b] {
        Things::of(shop).await;
        let mut full = product("Kurta", 3);
        full["options"] = json!(["Size"]);
        full["tags"] = json!(["men"]);
        full["variants"][0]["options"] = json!(["M"]);
        full["images"] =
            json!([{"url": "https://pictures.example/kurta.jpg", "alt": "A kurta", "variant": 0}]);
        shop.create("/ecommerce/products", &full).await;
    }
    (app, a, b)
}

/// ATK-E2: without a tenant, on a fresh connection and on one that was bound a moment ago, no table shows a row.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_tenant_there_are_no_rows() {
    let (_app, a, _b) = two_shops().await;
    let server = PostgresServer::shared();
    let all = table(&PostgresServer::psql(&server.superuser_url(), &[&counts("")]).unwrap());
    assert!(all.values().filter(|rows| **rows > 0).count() > 10, "{all:?}");

    let fresh = table(&PostgresServer::psql(&server.app_url(), &[&counts("")]).unwrap());
    assert!(
        fresh.keys().eq(all.keys()) && fresh.values().all(|rows| *rows == 0),
        "{fresh:?}"
    );
    let (bind, counts) = (bind(a.id), counts(""));
    let reused = [
        "BEGIN",
        &bind,
        "SELECT count(*) > 0 FROM tenant.products",
        "COMMIT",
        &counts,
    ];
    let reused = PostgresServer::psql(&server.app_url(), &reused).unwrap();
    assert!(
        reused.starts_with('t') || reused.contains("\nt\n"),
        "it was bound: {reused}"
    );
    assert_eq!(table(&reused), fresh);
}

/// ATK-E6: bound to one business, every table, view and materialized view shows the role that serves the rows of that
/// business, all of them and no others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bound_to_a_tenant_there_are_its_rows_only() {
    let (_app, a, b) = two_shops().await;
    let server = PostgresServer::shared();
    for shop in [&a, &b] {
        let own = counts(&format!("WHERE tenant_id = ''{}''", shop.id.uuid()));
        let own = table(&PostgresServer::psql(&server.superuser_url(), &[&own]).unwrap());
        let (bind, counts) = (bind(shop.id), counts(""));
        let seen = PostgresServer::psql(&server.app_url(), &["BEGIN", &bind, &counts, "COMMIT"]).unwrap();
        assert_eq!(table(&seen), own);
        assert!(
            own["tenant.products"] > 0 && own["shard.placements"] == 1,
            "{own:?}"
        );
    }
}

/// ATK-E5: a row that points at another business's row is refused by every foreign key there is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_foreign_key_reaches_another_tenant() {
    let (_app, a, b) = two_shops().await;
    let server = PostgresServer::shared();
    let keys = PostgresServer::psql(
        &server.superuser_url(),
        &["SELECT conrelid::regclass, confrelid::regclass,
               (SELECT string_agg(quote_ident(attname), ',' ORDER BY ordinality)
                FROM unnest(conkey) WITH ORDINALITY JOIN pg_attribute ON attrelid = conrelid AND attnum = unnest
                WHERE attname <> 'tenant_id'),
               (SELECT string_agg(quote_ident(attname), ',' ORDER BY ordinality)
                FROM unnest(confkey) WITH ORDINALITY JOIN pg_attribute ON attrelid = confrelid AND attnum = unnest
                WHERE attname <> 'tenant_id')
           FROM pg_constraint WHERE contype = 'f' AND connamespace = 'tenant'::regnamespace"],
    )
    .unwrap();
    let mut refused = 0;
    for key in keys.lines() {
        let [child, parent, columns, referenced] = key.split('|').collect::<Vec<_>>()[..] else {
            panic!("{key}")
        };
        let theirs = format!(
            "SELECT {referenced} FROM {parent} WHERE tenant_id = '{}' LIMIT 1",
            b.id.uuid()
        );
        let theirs = PostgresServer::psql(&server.superuser_url(), &[&theirs]).unwrap();
        let values = theirs
            .split('|')
            .map(|value| format!("'{value}'"))
            .collect::<Vec<_>>()
            .join(",");
        let point = format!("UPDATE {child} SET ({columns}) = ROW ({values}) RETURNING 'changed'");
        let outcome = PostgresServer::psql(&server.app_url(), &["BEGIN", &bind(a.id), &point, "ROLLBACK"]);
        match outcome {
            Err(error) => {
                assert!(error.contains("23503"), "{key}: {error}");
                refused += 1;
            }
            // A business made by the cases has no row of that kind.
            Ok(answer) => assert!(!answer.contains("changed"), "{key}: {answer}"),
        }
    }
    assert!(refused >= 5, "only {refused} keys were tried: {keys}");
}

/// What people try in fields that end up near SQL.
const INJECTIONS: [&str; 12] = [
    "'",
    "' OR '1'='1",
    "1; DROP TABLE products; --",
    "created_at; SELECT set_config('app.tenant_id', '', false)",
    "') UNION SELECT slug, title FROM products --",
    "$1",
    "{ AND 1 = 1}",
    "title DESC, (SELECT 1)",
    "ATTACH DATABASE 'other.db' AS other",
    "PRAGMA writable_schema = 1",
    "$.a' || (SELECT 1) || '",
    "%00\\",
];

on_both_engines! {
    stoa::compose;

    /// ATK-E7: SQL in whatever a list can be asked for finds nothing of another business's and breaks nothing.
    async fn sql_in_a_query_is_text(app: TestApp) {
        let (a, b) = (app.shop().await, app.shop().await);
        let canary = "Kanarienvogel Blouse";
        b.create("/ecommerce/products", &product(canary, 3)).await;
        let own = Things::of(&a).await;
        let lists: Vec<_> = routes(&document(&stoa::every_module()))
            .into_iter()
            .filter(|route| route.method.is_safe() && !route.path.contains("/tenants/"))
            .collect();
        assert!(lists.len() > 8);
        for route in &lists {
            let path = own.fill(&route.path);
            // A minute's worth of requests at a time: the limits are another matter.
            app.clock.advance(std::time::Duration::from_secs(60));
            for parameter in ["q", "sort", "cursor", "status", "limit", "fields", "unknown"] {
                for text in INJECTIONS {
                    let url = format!("{}?{parameter}={}", path.strip_prefix("/api").unwrap(), encoded(text));
                    let reply = a.get(&url).await;
                    assert!([200, 400, 422].contains(&reply.status.as_u16()), "{url}: {}", reply.status);
                    assert!(!reply.text().contains("Kanarienvogel"), "{url}");
                }
            }
        }
        for text in INJECTIONS {
            let mut written = product(text, 1);
            written["slug"] = json!(null);
            a.owner.post(&a.api("/ecommerce/products")).json(&written).send().await;
        }
        let listed = b.get("/ecommerce/products").await.expect_status(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(listed["items"][0]["title"], canary);
    }

    /// ATK-E9: what a database says of a refusal never reaches a client.
    async fn an_answer_holds_no_words_of_the_database(app: TestApp) {
        let shop = app.shop().await;
        let mut taken = product("Canary Blouse", 1);
        taken["slug"] = json!("canary-blouse");
        taken["variants"][0]["sku"] = json!("CANARY-1");
        shop.create("/ecommerce/products", &taken).await;
        let again = shop.owner.post(&shop.api("/ecommerce/products")).json(&taken).send().await;
        assert_eq!(again.status, 409);
        for words in ["products_", "_key", "constraint", "UNIQUE", "duplicate key", "23505", "sqlite", "SELECT", "INSERT"] {
            assert!(!again.text().contains(words), "{words}: {}", again.text());
        }
        assert!(!again.text().contains("CANARY-1"), "{}", again.text());
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
