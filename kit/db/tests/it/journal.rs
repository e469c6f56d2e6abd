//! The journal numbers and chains what was committed, and nothing else.

use crate::{NoteWritten, insert_note, on_both_engines, write_note};

on_both_engines! {
    async fn numbers_commits_without_gaps(platform: Platform) {
        let tenant = platform.tenant().await;
        write_note(&tenant, "one").await;
        let mut cx = tenant.begin().await.unwrap();
        insert_note(&mut cx, "never").await.unwrap();
        cx.record(&NoteWritten { slug: "never".to_owned() });
        drop(cx);
        write_note(&tenant, "two").await;

        let lines = tenant.read().await.unwrap().journal(None, 10).await.unwrap();
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
        let lines = tenant.read().await.unwrap().journal(None, 100).await.unwrap();
        let numbers: Vec<_> = lines.iter().rev().map(|line| line.seq).collect();
        assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    }
}
