//! `stoa shard`: businesses on several databases, as an operator makes them so.

use stoa_testing::{PostgresServer, unique};

use crate::installation::{Installation, Server};

#[test]
fn businesses_on_two_databases() {
    let server = PostgresServer::private();
    let east = |url: String| format!("{}/east", url.trim_end_matches("/stoa"));
    PostgresServer::psql(
        &server.superuser_url(),
        &["CREATE DATABASE east OWNER stoa_owner"],
    )
    .unwrap();
    let installation = Installation::on_server(&server);
    let (url, owner_url) = (east(server.app_url()), east(server.owner_url()));
    let add = ["shard", "add", "east", "--url", &url, "--owner-url", &owner_url];
    installation.json(&add);
    let again = installation.run(&add);
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    assert!(
        String::from_utf8_lossy(&again.stderr).contains("there already"),
        "{again:?}"
    );

    let (near, far) = (unique("near"), unique("far"));
    for (slug, shard) in [(&near, "main"), (&far, "east")] {
        let email = format!("owner@{slug}.example");
        let create = [
            "tenant",
            "create",
            "--slug",
            slug,
            "--name",
            "A Shop",
            "--owner-email",
            &email,
            "--shard",
            shard,
        ];
        let made = installation.json(&create);
        assert_eq!(
            (&made["placement"], &made["shard"]),
            (&"pool".into(), &shard.into()),
            "{made}"
        );
    }
    let shards = installation.json(&["shard", "list"]);
    let counted: Vec<_> = shards
        .as_array()
        .unwrap()
        .iter()
        .map(|shard| {
            (
                shard["name"].as_str().unwrap(),
                shard["tenants"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(counted, [("east", 1), ("main", 1)]);
    assert_eq!(installation.json(&["doctor"])["findings"], serde_json::json!([]));

    let running = Server::start(&installation);
    for slug in [&near, &far] {
        assert_eq!(running.get(slug, "/").0, 200, "{slug}");
    }
    assert_eq!(running.end(), Some(0));

    PostgresServer::psql(
        &east(server.superuser_url()),
        &["CREATE TABLE tenant.bare (id bigint)"],
    )
    .unwrap();
    let found = installation.run(&["doctor"]);
    let said = String::from_utf8_lossy(&found.stdout);
    assert_eq!(found.status.code(), Some(1), "{said}");
    assert!(
        said.contains("the database of the shard east") && said.contains("tenant.bare"),
        "{said}"
    );
}

#[test]
fn a_placement_that_is_not_to_be_had_is_refused() {
    for (installation, placement) in [
        (Installation::on_sqlite(), "pool"),
        (Installation::on_postgres(), "file"),
        (Installation::on_sqlite(), "cloud"),
    ] {
        let slug = unique("nowhere");
        let create = [
            "tenant",
            "create",
            "--slug",
            &slug,
            "--name",
            "A Shop",
            "--owner-email",
            "ada@example.org",
            "--placement",
            placement,
        ];
        let refused = installation.run(&create);
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        assert!(
            String::from_utf8_lossy(&refused.stderr).contains("--placement"),
            "{refused:?}"
        );
        assert_eq!(
            installation.run(&["tenant", "show", &slug]).status.code(),
            Some(1)
        );
    }
}
