//! The catalogue check says what is wrong with a database, and nothing of one that is well.

use stoa_testing::PostgresServer;

use crate::{Platform, connect};

async fn findings(platform: &Platform) -> Vec<String> {
    let found = platform.db.inspect().await.unwrap();
    found
        .into_iter()
        .map(|flaw| format!("{}: {}", flaw.shard, flaw.problem))
        .collect()
}

/// ATK-E1: a table made by hand, a policy that lets more through, a key or a right too many are named.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_cross_tenants_is_named() {
    let server = PostgresServer::private();
    let platform = Platform::on(&server).await;
    assert_eq!(findings(&platform).await, Vec::<String>::new());
    let superuser = connect(&server.superuser_url()).await;
    for (make, undo, says) in [
        ("CREATE TABLE tenant.bare (id bigint)", "DROP TABLE tenant.bare", "tenant.bare has no tenant_id"),
        ("CREATE TABLE tenant.bare (tenant_id uuid NOT NULL)", "DROP TABLE tenant.bare", "tenant.bare is not held"),
        (
            "ALTER TABLE tenant.notes NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE tenant.notes FORCE ROW LEVEL SECURITY",
            "tenant.notes is not held",
        ),
        (
            "CREATE TABLE tenant.bare (tenant_id uuid)",
            "DROP TABLE tenant.bare",
            "tenant.bare has no tenant_id of type uuid that is never null",
        ),
        (
            "CREATE POLICY more ON tenant.notes USING (true)",
            "DROP POLICY more ON tenant.notes",
            "tenant.notes has another policy",
        ),
        (
            "ALTER POLICY tenant ON shard.placements USING (true)",
            "ALTER POLICY tenant ON shard.placements
                 USING (tenant_id = (SELECT nullif(current_setting('app.asked', true), '')::uuid))",
            "shard.placements has another policy",
        ),
        (
            "CREATE POLICY more ON shard.placements FOR SELECT TO stoa_app USING (true)",
            "DROP POLICY more ON shard.placements",
            "shard.placements has another policy",
        ),
        (
            "CREATE UNIQUE INDEX everywhere ON tenant.notes (slug)",
            "DROP INDEX tenant.everywhere",
            "everywhere of tenant.notes does not begin",
        ),
        (
            "CREATE TABLE tenant.parent (tenant_id uuid, id uuid, UNIQUE (tenant_id, id), UNIQUE (id));
             ALTER TABLE tenant.notes ADD CONSTRAINT crossing FOREIGN KEY (id) REFERENCES tenant.parent (id) NOT VALID",
            "DROP TABLE tenant.parent CASCADE",
            "crossing of tenant.notes may reach",
        ),
        ("CREATE VIEW tenant.glimpse AS SELECT slug FROM tenant.notes", "DROP VIEW tenant.glimpse", "tenant.glimpse is a view"),
        (
            "CREATE MATERIALIZED VIEW tenant.heap AS SELECT slug FROM tenant.notes",
            "DROP MATERIALIZED VIEW tenant.heap",
            "tenant.heap is a view",
        ),
        (
            "CREATE FUNCTION tenant.all_notes() RETURNS bigint LANGUAGE sql SECURITY DEFINER
                 AS 'SELECT count(*) FROM tenant.notes'",
            "DROP FUNCTION tenant.all_notes()",
            "all_notes() runs with its owner's rights",
        ),
        (
            "GRANT TRUNCATE ON tenant.notes TO stoa_app",
            "REVOKE TRUNCATE ON tenant.notes FROM stoa_app",
            "may empty tenant.notes",
        ),
        ("ALTER TABLE tenant.notes OWNER TO stoa_app", "ALTER TABLE tenant.notes OWNER TO stoa_owner", "owns tenant.notes"),
        ("ALTER ROLE stoa_app BYPASSRLS", "ALTER ROLE stoa_app NOBYPASSRLS", "may become, stoa_app"),
    ] {
        superuser.batch_execute(make).await.unwrap();
        let found = findings(&platform).await;
        assert!(found.iter().any(|finding| finding.contains(says)), "{make}: {found:?}");
        assert!(found.iter().all(|finding| finding.starts_with("main: ")), "{found:?}");
        superuser.batch_execute(undo).await.unwrap();
        assert_eq!(findings(&platform).await, Vec::<String>::new(), "{undo}");
    }
}

/// ATK-E1: a bare table stops nobody from starting, and is granted to nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bare_table_is_out_of_reach() {
    let server = PostgresServer::private();
    Platform::on(&server).await;
    for (maker, table) in [
        (server.owner_url(), "by_owner"),
        (server.superuser_url(), "by_superuser"),
    ] {
        let maker = connect(&maker).await;
        maker
            .batch_execute(&format!("CREATE TABLE tenant.{table} (secret text)"))
            .await
            .unwrap();
    }
    let platform = Platform::on(&server).await;
    let found = findings(&platform).await;
    let app = connect(&server.app_url()).await;
    for table in ["by_owner", "by_superuser"] {
        assert!(found.iter().any(|finding| finding.contains(table)), "{found:?}");
        let refused = app
            .query(&format!("SELECT secret FROM tenant.{table}"), &[])
            .await
            .unwrap_err();
        assert_eq!(refused.code().unwrap().code(), "42501", "{table}");
    }
}
