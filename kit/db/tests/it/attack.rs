//! Attacks on what keeps tenants apart, below everything that resolves and permits.

use std::env;

use stoa_core::Actor;
use stoa_db::{DbError, TenantDb, sql};
use stoa_testing::PostgresServer;
use tokio::task::JoinSet;

use crate::{Engine, Platform, connect, insert_note, slugs, write_note};

/// How many requests ATK-E3 makes: `STOA_TEST_REQUESTS=100000` for a release.
fn requests() -> usize {
    let wanted = env::var("STOA_TEST_REQUESTS").ok();
    wanted.map_or(4_000, |wanted| wanted.parse().unwrap())
}

/// One request: sometimes it reads, sometimes it writes and gives up, sometimes it is cut off midway.
async fn request(tenant: TenantDb, number: usize) -> Vec<String> {
    match number % 7 {
        0 => {
            let mut cx = tenant.begin().await.unwrap();
            let _ = insert_note(&mut cx, "given up").await;
            Vec::new()
        }
        1 => {
            let hurry = std::time::Duration::from_micros(u64::try_from(number % 400).unwrap());
            tokio::time::timeout(hurry, slugs(&tenant))
                .await
                .unwrap_or_default()
        }
        _ => slugs(&tenant).await,
    }
}

/// ATK-E3: requests of two tenants, interleaved on a pool of four, see their own canaries only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn interleaved_requests_on_few_connections_see_their_own() {
    let platform = Platform::start(Engine::Postgres).await;
    let tenants = [platform.tenant().await, platform.tenant().await];
    let canaries = ["canary of a", "canary of b"];
    for (tenant, canary) in tenants.iter().zip(canaries) {
        write_note(tenant, canary).await;
    }
    let (mut running, mut whole) = (JoinSet::new(), [0; 2]);
    let mut check = |(owner, seen): (usize, Vec<String>)| {
        assert!(
            seen.is_empty() || seen == [canaries[owner]],
            "{owner} saw {seen:?}"
        );
        whole[owner] += usize::from(!seen.is_empty());
    };
    for number in 0..requests() {
        if running.len() >= 16 {
            check(running.join_next().await.unwrap().unwrap());
        }
        let (owner, tenant) = (number % 2, tenants[number % 2].clone());
        running.spawn(async move { (owner, request(tenant, number).await) });
    }
    while let Some(done) = running.join_next().await {
        check(done.unwrap());
    }
    assert!(whole.iter().all(|count| *count > requests() / 4), "{whole:?}");
}

/// ATK-E4: a handler that panics in the middle of a transaction leaves nothing, and its connection clean.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_in_the_middle_leaves_nothing() {
    let platform = Platform::start(Engine::Postgres).await;
    let (a, b) = (platform.tenant().await, platform.tenant().await);
    for _ in 0..20 {
        let handler = a.clone();
        let panicked = tokio::spawn(async move {
            let mut cx = handler.begin().await.unwrap();
            insert_note(&mut cx, "half").await.unwrap();
            panic!("in the middle, on purpose");
        });
        assert!(panicked.await.unwrap_err().is_panic());
        assert_eq!(slugs(&b).await, Vec::<String>::new());
    }
    assert_eq!(slugs(&a).await, Vec::<String>::new());
    write_note(&a, "half").await;
}

/// ATK-E5: a row cannot be moved to another tenant, nor made in its name, by whoever writes as the app does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_stays_with_its_tenant() {
    let platform = Platform::start(Engine::Postgres).await;
    let (a, b) = (platform.tenant().await, platform.tenant().await);
    write_note(&a, "mine").await;
    let theirs = b.tenant().uuid();
    for change in [
        format!("UPDATE tenant.notes SET tenant_id = '{theirs}'"),
        format!(
            "INSERT INTO tenant.store (tenant_id, tenant, created_at) VALUES ('{theirs}', '{theirs}', now())"
        ),
    ] {
        let mut raw = connect(&PostgresServer::shared().app_url()).await;
        let bound = raw.transaction().await.unwrap();
        let bind = "SELECT set_config('app.tenant_id', $1, true)";
        bound
            .execute(bind, &[&a.tenant().uuid().to_string()])
            .await
            .unwrap();
        let refused = bound.execute(&change, &[]).await.unwrap_err();
        assert_eq!(refused.code().unwrap().code(), "42501", "{change}");
    }
    assert_eq!(slugs(&a).await, ["mine"]);
}

/// ATK-E9: what the log may say of a refusal quotes neither a row nor a key's value.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_names_the_key_and_not_its_value() {
    let platform = Platform::start(Engine::Postgres).await;
    let tenant = platform.tenant().await;
    write_note(&tenant, "kanarienvogel").await;
    let mut cx = tenant.begin().await.unwrap();
    let taken = insert_note(&mut cx, "kanarienvogel").await.unwrap_err();
    drop(cx);
    let mut cx = tenant.begin().await.unwrap();
    let broken = sql!("UPDATE notes SET slug = NULL WHERE slug = $1");
    let null = cx.sql(broken).bind("kanarienvogel").execute().await.unwrap_err();
    assert!(
        matches!((&taken, &null), (DbError::Unique(_), DbError::Refused(_))),
        "{taken:?} {null:?}"
    );
    for error in [taken, null] {
        assert!(
            !format!("{error:?} {error}").contains("kanarienvogel"),
            "{error:?}"
        );
    }
    let cut = platform.db.tenant(tenant.tenant(), Actor::Command);
    assert_eq!(slugs(&cut).await, ["kanarienvogel"]);
}
