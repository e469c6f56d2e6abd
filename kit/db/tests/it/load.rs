//! What one tenant does to the connections is its own affair.

use stoa_db::{DbError, sql};
use stoa_testing::PostgresServer;

use crate::{Engine, Platform, connect, slugs, write_note};

/// How many statements that contain this text the server works at.
async fn running(server: &tokio_postgres::Client, text: &str) -> i64 {
    let row = server
        .query_one(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND strpos(query, $1) > 0 AND pid <> pg_backend_pid()",
            &[&text],
        )
        .await
        .unwrap();
    row.get(0)
}

/// FLT-5: a tenant whose slow statements hold all the connections that it may have waits for itself alone: another is
/// served meanwhile, and once its callers are gone, nothing is left of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_with_slow_statements_leaves_connections_to_others() {
    let platform = Platform::start(Engine::Postgres).await;
    let (a, b) = (platform.tenant().await, platform.tenant().await);
    let slow = (0..20).map(|_| {
        let a = a.clone();
        tokio::spawn(async move {
            let mut cx = a.read().await?;
            cx.sql(sql!("SELECT CAST(1 AS bigint) FROM pg_sleep(61)"))
                .heavy()
                .all::<(i64,)>()
                .await
        })
    });
    let slow: Vec<_> = slow.collect();
    let server = connect(&PostgresServer::shared().superuser_url()).await;
    while running(&server, "pg_sleep(61)").await < 2 {
        tokio::task::yield_now().await;
    }

    for round in 0..20 {
        write_note(&b, &format!("note-{round}")).await;
    }
    assert_eq!(slugs(&b).await.len(), 20);
    assert_eq!(
        running(&server, "pg_sleep(61)").await,
        2,
        "half of four connections"
    );

    for unit in slow {
        unit.abort();
    }
    write_note(&a, "after").await;
    assert_eq!(slugs(&a).await, ["after"]);
    while running(&server, "pg_sleep(61)").await > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_held_to_their_time() {
    let platform = Platform::start(Engine::Postgres).await;
    let tenant = platform.tenant().await;
    let mut cx = tenant.read().await.unwrap();
    let limits = sql!(
        "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),
                current_setting('idle_in_transaction_session_timeout')"
    );
    let light: (String, String, String) = cx.sql(limits).one().await.unwrap();
    assert_eq!(
        (light.0.as_str(), light.1.as_str(), light.2.as_str()),
        ("30s", "5s", "1min")
    );
    let heavy: (String, String, String) = cx.sql(limits).heavy().one().await.unwrap();
    assert_eq!(heavy.0, "5min");
    drop(cx);
    let next: (String, String, String) = tenant.read().await.unwrap().sql(limits).one().await.unwrap();
    assert_eq!(next.0, "30s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_too_long_for_a_lock_may_try_again() {
    let platform = Platform::start(Engine::Postgres).await;
    let tenant = platform.tenant().await;
    write_note(&tenant, "wanted").await;
    let mut holder = tenant.begin().await.unwrap();
    let lock = sql!("SELECT slug FROM notes WHERE slug = $1 FOR UPDATE");
    let held: Option<(String,)> = holder.sql(lock).bind("wanted").optional().await.unwrap();
    assert!(held.is_some());
    let mut waiter = tenant.begin().await.unwrap();
    let hurried = sql!("SELECT CAST(set_config('lock_timeout', '1ms', true) AS text)");
    waiter.sql(hurried).one::<(String,)>().await.unwrap();
    let refused = waiter
        .sql(lock)
        .bind("wanted")
        .optional::<(String,)>()
        .await
        .unwrap_err();
    assert!(matches!(refused, DbError::Collision(_)), "{refused:?}");
}
