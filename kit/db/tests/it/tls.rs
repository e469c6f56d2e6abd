//! TLS to PostgreSQL, as far as the URL asks for it.

use stoa_core::{Actor, Clock, FeatureSet};
use stoa_db::{Db, DbConfig, DbError, DbResult, PostgresConfig, sql};
use stoa_testing::{PostgresServer, vault};

use crate::{NOTES, connect};

/// Opens the stores at `host` with what a URL says of TLS; says whether a tenant's connection is encrypted.
async fn encrypted(server: &PostgresServer, host: &str, parameters: &str) -> DbResult<bool> {
    let url = |url: String| format!("{}?{parameters}", url.replace("127.0.0.1", host));
    let config = PostgresConfig {
        url: url(server.app_url()),
        owner_url: url(server.owner_url()),
        connections: 2,
        passfile: None,
    };
    let db = Db::open(&DbConfig::Postgres(config), &[NOTES], Clock::System, vault()).await?;
    let tenant = stoa_core::TenantId::new(db.clock().now());
    db.provision(tenant, &FeatureSet::default()).await?;
    let mut cx = db.tenant(tenant, Actor::Command).read().await?;
    let (encrypted,) = cx
        .sql(sql!("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
        .one()
        .await?;
    // What is given up is cancelled through the same kind of connection.
    let slow = cx
        .sql(sql!("SELECT CAST(2 AS bigint) FROM pg_sleep(62)"))
        .all::<(i64,)>();
    let _ = tokio::time::timeout(std::time::Duration::from_millis(50), slow).await;
    drop(cx);
    let observer = connect(&server.superuser_url()).await;
    let asleep =
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(62)%' AND state = 'active'
                  AND pid <> pg_backend_pid()";
    while observer.query_one(asleep, &[]).await.unwrap().get::<_, i64>(0) > 0 {}
    Ok(encrypted)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_url_gets_the_trust_it_asks_for() {
    let server = PostgresServer::with_tls();
    let trusting = |mode: &str| format!("sslmode={mode}&sslrootcert={}", server.certificate().display());
    for (host, parameters, expected) in [
        ("127.0.0.1", "sslmode=disable".to_owned(), Some(false)),
        ("127.0.0.1", String::new(), Some(true)),
        ("127.0.0.1", "sslmode=require".to_owned(), Some(true)),
        ("127.0.0.1", trusting("verify-ca"), Some(true)),
        ("localhost", trusting("verify-full"), Some(true)),
        // The certificate is another name's.
        ("127.0.0.1", trusting("verify-full"), None),
        // Nobody whom the system trusts has signed it.
        ("localhost", "sslmode=verify-full".to_owned(), None),
        ("127.0.0.1", "sslmode=verify-ca".to_owned(), None),
        (
            "127.0.0.1",
            "sslmode=require&sslrootcert=/etc/ssl/certs/ca-certificates.crt".to_owned(),
            None,
        ),
    ] {
        match (encrypted(&server, host, &parameters).await, expected) {
            (Ok(is), Some(should)) => assert_eq!(is, should, "{parameters}"),
            (Err(DbError::Unavailable(_)), None) => {}
            (other, _) => panic!("{host} {parameters}: {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_tls_is_refused_when_it_is_required() {
    let server = PostgresServer::shared();
    assert!(!encrypted(server, "127.0.0.1", "").await.unwrap());
    let refused = encrypted(server, "127.0.0.1", "sslmode=require").await;
    assert!(matches!(refused, Err(DbError::Unavailable(_))), "{refused:?}");
}
