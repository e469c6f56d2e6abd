//! A tenant's store goes into a file and comes back as it was; nobody else notices.

use std::{fs::File, path::PathBuf};

use stoa_core::{Actor, Timestamp};
use stoa_db::{Audit, DbError, JournalFilter, Stretch, TenantDb, sql};

use crate::{Engine, Platform, insert_note, on_both_engines, slugs, write_note};

/// All that a store holds of notes.
type Note = (String, i64, Option<String>, Timestamp, serde_json::Value, bool);

async fn notes(tenant: &TenantDb) -> Vec<Note> {
    let mut cx = tenant.read().await.unwrap();
    cx.sql(sql!(
        "SELECT slug, stars, body, at, extra, pinned FROM notes ORDER BY slug"
    ))
    .all()
    .await
    .unwrap()
}

async fn snapshot(platform: &Platform, tenant: &TenantDb) -> PathBuf {
    let path = platform
        .data
        .path()
        .join(format!("{}.snapshot", uuid::Uuid::now_v7()));
    platform.db.snapshot(tenant.tenant(), &path).await.unwrap();
    path
}

async fn restore(platform: &Platform, tenant: &TenantDb, path: &PathBuf) -> Result<(), DbError> {
    let file = File::open(path).unwrap();
    platform
        .db
        .restore(tenant.tenant(), Actor::Command, file)
        .await
        .map(drop)
}

async fn kinds(tenant: &TenantDb) -> Vec<(i64, String)> {
    let lines = tenant
        .read()
        .await
        .unwrap()
        .journal(&JournalFilter::default(), &Stretch::first(100))
        .await
        .unwrap();
    lines
        .into_iter()
        .rev()
        .map(|line| (line.seq, line.kind))
        .collect()
}

fn left_behind(platform: &Platform) -> Vec<String> {
    let tenants = platform.data.path().join("tenants");
    let Ok(entries) = std::fs::read_dir(tenants) else {
        return Vec::new();
    };
    entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("draft"))
        .collect()
}

on_both_engines! {
    async fn a_store_comes_back_as_it_was(platform: Platform) {
        let (tenant, other) = (platform.tenant().await, platform.tenant().await);
        for number in 0..230 {
            write_note(&tenant, &format!("note-{number:03}")).await;
        }
        write_note(&other, "theirs").await;
        let before = notes(&tenant).await;
        let path = snapshot(&platform, &tenant).await;

        let mut cx = tenant.begin().await.unwrap();
        cx.sql(sql!("DELETE FROM notes WHERE slug < $1")).bind("note-100").execute().await.unwrap();
        cx.sql(sql!("UPDATE notes SET stars = 0")).execute().await.unwrap();
        cx.commit().await.unwrap();
        write_note(&tenant, "later").await;
        let theirs = notes(&other).await;
        let generation = platform.db.generation(tenant.tenant());

        restore(&platform, &tenant, &path).await.unwrap();
        assert_eq!(notes(&tenant).await, before);
        assert_eq!(notes(&other).await, theirs);
        assert!(platform.db.generation(tenant.tenant()).content > generation.content, "no page of before is served");
        let journal = kinds(&tenant).await;
        assert_eq!(journal.last(), Some(&(231, "store.restored".to_owned())));
        let mut cx = tenant.read().await.unwrap();
        assert_eq!(cx.audit().await.unwrap(), Audit::Whole { lines: 231 });
        drop(cx);
        // It goes on from there.
        write_note(&tenant, "after").await;
        assert_eq!(platform.db.examine(tenant.tenant()).await.unwrap(), Vec::<String>::new());
        assert_eq!(left_behind(&platform), Vec::<String>::new());
    }

    async fn a_snapshot_is_of_one_moment(platform: Platform) {
        let tenant = platform.tenant().await;
        write_note(&tenant, "first").await;
        // What is not committed yet is not in it, and does not keep it waiting.
        let mut cx = tenant.begin().await.unwrap();
        insert_note(&mut cx, "open").await.unwrap();
        let path = snapshot(&platform, &tenant).await;
        cx.commit().await.unwrap();
        restore(&platform, &tenant, &path).await.unwrap();
        assert_eq!(slugs(&tenant).await, ["first"]);
    }

    async fn a_snapshot_of_another_tenant_is_refused(platform: Platform) {
        let (tenant, other) = (platform.tenant().await, platform.tenant().await);
        write_note(&tenant, "mine").await;
        write_note(&other, "theirs").await;
        let path = snapshot(&platform, &other).await;
        let refused = restore(&platform, &tenant, &path).await;
        assert!(matches!(refused, Err(DbError::Unfit(_))), "{refused:?}");
        // Also when the file says that it is this one's.
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[16..32].copy_from_slice(tenant.tenant().uuid().as_bytes());
        std::fs::write(&path, bytes).unwrap();
        let refused = restore(&platform, &tenant, &path).await;
        assert!(matches!(refused, Err(DbError::Unfit(_))), "{refused:?}");
        assert_eq!(slugs(&tenant).await, ["mine"]);
        assert_eq!(left_behind(&platform), Vec::<String>::new());
    }

    async fn a_restore_is_in_both_journals(platform: Platform) {
        let tenant = platform.tenant().await;
        write_note(&tenant, "first").await;
        let path = snapshot(&platform, &tenant).await;
        restore(&platform, &tenant, &path).await.unwrap();
        let kinds: Vec<_> = kinds(&tenant).await.into_iter().map(|(_, kind)| kind).collect();
        assert_eq!(kinds, ["note.written", "store.restored"]);
        let mut cx = platform.db.platform_read().await.unwrap();
        let begun: Vec<(String, String)> = cx
            .sql(stoa_db::control_sql!("SELECT kind, actor FROM journal WHERE subject = $1"))
            .bind(tenant.tenant().to_string())
            .all()
            .await
            .unwrap();
        assert_eq!(begun, [("restore.begun".to_owned(), "command".to_owned())]);
    }
}

// On PostgreSQL the app's role may not do this.
/// ATK-P5: the chain alone does not show that its end was cut off; the anchor does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_whose_end_was_cut_off_shows() {
    let platform = Platform::start(Engine::Sqlite).await;
    let tenant = platform.tenant().await;
    for slug in ["one", "two", "three"] {
        write_note(&tenant, slug).await;
    }
    assert_eq!(
        platform.db.examine(tenant.tenant()).await.unwrap(),
        Vec::<String>::new()
    );
    let mut cx = tenant.begin().await.unwrap();
    for cut in [
        sql!("DELETE FROM journal WHERE seq = 3"),
        sql!("UPDATE journal_head SET seq = 2, hash = (SELECT hash FROM journal WHERE seq = 2)"),
    ] {
        cx.sql(cut).execute().await.unwrap();
    }
    cx.commit().await.unwrap();
    let mut cx = tenant.read().await.unwrap();
    assert_eq!(
        cx.audit().await.unwrap(),
        Audit::Whole { lines: 2 },
        "the chain alone does not show it"
    );
    drop(cx);
    let faults = platform.db.examine(tenant.tenant()).await.unwrap();
    assert_eq!(faults, ["the journal no longer has its line 3"]);
}
