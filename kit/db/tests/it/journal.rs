//! The journal numbers and chains what was committed, and nothing else.

use stoa_db::{Audit, JournalFilter, Sql, Stretch, sql};

use crate::{Engine, NoteWritten, Platform, insert_note, on_both_engines, write_note};

on_both_engines! {
    async fn numbers_commits_without_gaps(platform: Platform) {
        let tenant = platform.tenant().await;
        write_note(&tenant, "one").await;
        let mut cx = tenant.begin().await.unwrap();
        insert_note(&mut cx, "never").await.unwrap();
        cx.record(&NoteWritten { slug: "never".to_owned() });
        drop(cx);
        write_note(&tenant, "two").await;

        let lines = tenant.read().await.unwrap().journal(&JournalFilter::default(), &Stretch::first(10)).await.unwrap();
        let seen: Vec<_> = lines.iter().map(|line| (line.seq, line.subject.as_str(), line.actor.as_str())).collect();
        assert_eq!(seen, [(2, "two", "command"), (1, "one", "command")]);
    }

    async fn concurrent_commits_get_distinct_numbers(platform: Platform) {
        let tenant = platform.tenant().await;
        let writers: Vec<_> = (0..20)
            .map(|number| {
                let tenant = tenant.clone();
                tokio::spawn(async move { write_note(&tenant, &format!("note-{number}")).await })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let lines = tenant.read().await.unwrap().journal(&JournalFilter::default(), &Stretch::first(100)).await.unwrap();
        let numbers: Vec<_> = lines.iter().rev().map(|line| line.seq).collect();
        assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    }
}

async fn audited(platform: &Platform, change: Option<&'static Sql>) -> Audit {
    let tenant = platform.tenant().await;
    for slug in ["one", "two", "three"] {
        write_note(&tenant, slug).await;
    }
    if let Some(change) = change {
        let mut cx = tenant.begin().await.unwrap();
        cx.sql(change).execute().await.unwrap();
        cx.commit().await.unwrap();
    }
    tenant.read().await.unwrap().audit().await.unwrap()
}

on_both_engines! {
    async fn a_journal_as_it_was_written_is_whole(platform: Platform) {
        assert_eq!(audited(&platform, None).await, Audit::Whole { lines: 3 });
    }

    async fn erased_data_leaves_the_journal_whole(platform: Platform) {
        let erase = sql!("UPDATE journal SET data = '' WHERE seq = 2");
        assert_eq!(audited(&platform, Some(erase)).await, Audit::Whole { lines: 3 });
    }

    /// ATK-P5
    async fn changed_data_shows(platform: Platform) {
        let change = sql!("UPDATE journal SET data = '{}' WHERE seq = 2");
        assert_eq!(audited(&platform, Some(change)).await, Audit::Broken { at: 2 });
    }
}

// On PostgreSQL the app's role may do none of these.
/// ATK-P5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_that_was_tampered_with_says_where() {
    let platform = Platform::start(Engine::Sqlite).await;
    for (change, at) in [
        (
            sql!("UPDATE journal SET actor = 'somebody else' WHERE seq = 2"),
            2,
        ),
        (sql!("UPDATE journal SET subject = 'another' WHERE seq = 1"), 1),
        (sql!("UPDATE journal SET at = at + 1 WHERE seq = 3"), 3),
        (sql!("DELETE FROM journal WHERE seq = 2"), 2),
        (sql!("DELETE FROM journal WHERE seq = 3"), 3),
        (sql!("UPDATE journal SET seq = seq + 10 WHERE seq = 3"), 3),
    ] {
        assert_eq!(audited(&platform, Some(change)).await, Audit::Broken { at });
    }
}

/// ATK-P5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_role_that_serves_cannot_change_a_line() {
    let platform = Platform::start(Engine::Postgres).await;
    let tenant = platform.tenant().await;
    write_note(&tenant, "one").await;
    for change in [
        sql!("DELETE FROM journal"),
        sql!("UPDATE journal SET actor = 'nobody'"),
    ] {
        tenant
            .begin()
            .await
            .unwrap()
            .sql(change)
            .execute()
            .await
            .unwrap_err();
    }
}
