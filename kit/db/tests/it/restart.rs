//! A database that goes away comes back by itself.

use stoa_core::{ErrorKind, Failure as _};
use stoa_db::{Audit, DbResult, TenantDb, sql};
use stoa_testing::PostgresServer;

use crate::{NoteWritten, Platform, insert_note, slugs};

async fn write(tenant: &TenantDb, slug: &str) -> DbResult<()> {
    let mut cx = tenant.begin().await?;
    insert_note(&mut cx, slug).await?;
    cx.record(&NoteWritten {
        slug: slug.to_owned(),
    });
    cx.commit().await
}

/// Writes until told to end; says what was acknowledged, and that every refusal was of the kind that passes.
async fn keep_writing(tenant: TenantDb, end: tokio::sync::watch::Receiver<bool>) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        if *end.borrow() {
            break;
        }
        let slug = format!("{}-{number}", tenant.tenant().uuid());
        match write(&tenant, &slug).await {
            Ok(()) => acknowledged.push(slug),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}"),
        }
    }
    acknowledged
}

/// FLT-4: PostgreSQL crashes and restarts under load: what was refused was refused for a while only, service is back
/// without a restart of ours, every acknowledged write is there once, and nobody got another's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_of_the_database_loses_and_crosses_nothing() {
    let mut server = PostgresServer::private();
    let platform = Platform::on(&server).await;
    let tenants = [platform.tenant().await, platform.tenant().await];
    let (end, ended) = tokio::sync::watch::channel(false);
    let writers = tenants
        .clone()
        .map(|tenant| tokio::spawn(keep_writing(tenant, ended.clone())));
    for tenant in &tenants {
        while slugs(tenant).await.is_empty() {}
    }

    let server = tokio::task::spawn_blocking(move || {
        server.crash();
        server
    })
    .await
    .unwrap();
    for tenant in &tenants {
        while write(tenant, "back").await.is_err() {}
    }
    end.send(true).unwrap();
    for (tenant, writer) in tenants.iter().zip(writers) {
        let acknowledged = writer.await.unwrap();
        let own = format!("{}-", tenant.tenant().uuid());
        let seen = slugs(tenant).await;
        assert!(!acknowledged.is_empty());
        for slug in &acknowledged {
            assert!(seen.contains(slug), "{slug} was acknowledged and is gone");
        }
        assert!(
            seen.iter().all(|slug| slug == "back" || slug.starts_with(&own)),
            "{seen:?}"
        );
        let mut cx = tenant.read().await.unwrap();
        let twice: Vec<(String,)> = cx
            .sql(sql!(
                "SELECT subject FROM journal GROUP BY subject HAVING count(*) > 1"
            ))
            .all()
            .await
            .unwrap();
        assert_eq!(twice, []);
        let lines = i64::try_from(seen.len()).unwrap();
        assert_eq!(cx.audit().await.unwrap(), Audit::Whole { lines });
    }
    drop(server);
}
