//! What a unit of work promises: all or nothing, typed columns, errors told apart.

use stoa_core::Timestamp;
use stoa_db::{DbError, sql};

use crate::{NoteWritten, insert_note, insert_note_with, on_both_engines, slugs, write_note};

on_both_engines! {
    async fn writes_what_it_reads(platform: Platform) {
        let tenant = platform.tenant().await;
        write_note(&tenant, "first").await;
        let mut cx = tenant.read().await.unwrap();
        let (slug, stars, body, at, extra, pinned): (String, i64, Option<String>, Timestamp, serde_json::Value, bool) = cx
            .sql(sql!("SELECT slug, stars, body, at, extra, pinned FROM notes WHERE slug = $1"))
            .bind("first")
            .one()
            .await
            .unwrap();
        assert_eq!((slug.as_str(), stars, body, pinned), ("first", 3, None, true));
        assert_eq!(extra["colour"], "blue");
        assert!(at <= cx.now());
    }

    async fn rolls_back_what_is_dropped(platform: Platform) {
        let tenant = platform.tenant().await;
        let mut cx = tenant.begin().await.unwrap();
        insert_note(&mut cx, "lost").await.unwrap();
        drop(cx);
        assert_eq!(slugs(&tenant).await, Vec::<String>::new());
    }

    async fn a_reader_cannot_write(platform: Platform) {
        let tenant = platform.tenant().await;
        let mut cx = tenant.read().await.unwrap();
        insert_note(&mut cx, "sneaked").await.unwrap_err();
        drop(cx);
        assert_eq!(slugs(&tenant).await, Vec::<String>::new());
    }

    async fn names_the_key_that_is_taken(platform: Platform) {
        let tenant = platform.tenant().await;
        write_note(&tenant, "taken").await;
        let mut cx = tenant.begin().await.unwrap();
        let error = insert_note(&mut cx, "taken").await.unwrap_err();
        assert!(error.violates("notes_slug_key"), "{error:?}");
    }

    async fn cannot_commit_after_a_failure(platform: Platform) {
        let tenant = platform.tenant().await;
        write_note(&tenant, "taken").await;
        let mut cx = tenant.begin().await.unwrap();
        insert_note(&mut cx, "other").await.unwrap();
        insert_note(&mut cx, "taken").await.unwrap_err();
        cx.commit().await.unwrap_err();
        assert_eq!(slugs(&tenant).await, ["taken"]);
    }

    async fn leaves_out_optional_parts_and_expands_lists(platform: Platform) {
        let tenant = platform.tenant().await;
        for slug in ["a", "b", "c"] {
            write_note(&tenant, slug).await;
        }
        let mut cx = tenant.read().await.unwrap();
        for (wanted, after, expected) in [
            (vec!["a", "b", "c"], None, vec!["a", "b", "c"]),
            (vec!["a", "b", "c"], Some("a"), vec!["b", "c"]),
            (vec![], None, vec![]),
        ] {
            let rows: Vec<(String,)> = cx
                .sql(sql!("SELECT slug FROM notes WHERE slug IN ($1…){ AND slug > $2} ORDER BY slug"))
                .bind_list(wanted)
                .bind_if(after)
                .all()
                .await
                .unwrap();
            assert_eq!(rows.into_iter().map(|(slug,)| slug).collect::<Vec<_>>(), expected);
        }
    }

    async fn runs_a_statement_for_each_row(platform: Platform) {
        let tenant = platform.tenant().await;
        for slug in ["a", "b"] {
            write_note(&tenant, slug).await;
        }
        let mut cx = tenant.begin().await.unwrap();
        let changed = cx
            .sql(sql!("UPDATE notes SET stars = stars - $2 WHERE slug = $1 AND stars >= $2"))
            .execute_each([stoa_db::args!["a", 2_i64], stoa_db::args!["b", 9_i64]])
            .await
            .unwrap();
        assert_eq!(changed, [1, 0]);
    }

    async fn wrong_number_of_arguments_is_an_error(platform: Platform) {
        let tenant = platform.tenant().await;
        let mut cx = tenant.read().await.unwrap();
        let none = cx.sql(sql!("SELECT slug FROM notes WHERE slug = $1")).all::<(String,)>().await;
        assert!(matches!(none, Err(DbError::Unexpected(_))), "{none:?}");
    }

    async fn cannot_commit_after_an_abandoned_statement(platform: Platform) {
        let tenant = platform.tenant().await;
        write_note(&tenant, "taken").await;
        let mut cx = tenant.begin().await.unwrap();
        insert_note(&mut cx, "mine").await.unwrap();
        // Sent, refused by the server, and its answer read by nobody.
        let sent = tokio::time::timeout(std::time::Duration::ZERO, insert_note(&mut cx, "taken")).await;
        let committed = cx.commit().await;
        if sent.is_err() || sent.is_ok_and(|answer| answer.is_err()) {
            committed.unwrap_err();
            assert_eq!(slugs(&tenant).await, ["taken"]);
        }
    }

    async fn what_is_queued_comes_before_what_is_asked_next(platform: Platform) {
        let tenant = platform.tenant().await;
        let mut cx = tenant.begin().await.unwrap();
        // More than go out together.
        let many = (0..70).map(|number| format!("note-{number:02}")).collect::<Vec<_>>();
        for slug in &many {
            insert_note_with(&mut cx, slug).queue().unwrap();
        }
        let changed = cx.sql(sql!("UPDATE notes SET stars = stars + 1")).execute().await.unwrap();
        assert_eq!(changed, 70);
        insert_note_with(&mut cx, "note-99").queue().unwrap();
        let marked = cx
            .sql(sql!("UPDATE notes SET pinned = $2 WHERE slug = $1"))
            .execute_each([stoa_db::args!["note-99", false], stoa_db::args!["none", false]])
            .await
            .unwrap();
        assert_eq!(marked, [1, 0]);
        insert_note_with(&mut cx, "last").queue().unwrap();
        cx.commit().await.unwrap();
        let written = slugs(&tenant).await;
        assert_eq!((written.len(), written.first().map(String::as_str)), (72, Some("last")));
    }

    async fn what_is_queued_and_fails_is_not_committed(platform: Platform) {
        let tenant = platform.tenant().await;
        write_note(&tenant, "taken").await;
        let mut cx = tenant.begin().await.unwrap();
        insert_note(&mut cx, "other").await.unwrap();
        // One engine says so at once, the other when it is sent.
        let queued = insert_note_with(&mut cx, "taken").queue();
        let is_told = queued.is_err_and(|error| error.violates("notes_slug_key"));
        let committed = cx.commit().await.unwrap_err();
        assert!(is_told || committed.violates("notes_slug_key"), "{committed:?}");
        assert_eq!(slugs(&tenant).await, ["taken"]);
    }

    async fn a_reader_cannot_queue(platform: Platform) {
        let tenant = platform.tenant().await;
        let mut cx = tenant.read().await.unwrap();
        insert_note_with(&mut cx, "sneaked").queue().unwrap_err();
        drop(cx);
        assert_eq!(slugs(&tenant).await, Vec::<String>::new());
    }

    async fn a_reader_cannot_record(platform: Platform) {
        let tenant = platform.tenant().await;
        let mut cx = tenant.read().await.unwrap();
        cx.record(&NoteWritten { slug: "read".to_owned() });
        cx.commit().await.unwrap_err();
    }

    async fn a_connection_is_clean_after_cancelled_work(platform: Platform) {
        let tenant = platform.tenant().await;
        for round in 0..40 {
            let mut cx = tenant.begin().await.unwrap();
            let work = async {
                insert_note(&mut cx, "cancelled").await?;
                insert_note(&mut cx, "cancelled too").await
            };
            // Dropped somewhere between the first poll and the answer.
            let _ = tokio::time::timeout(std::time::Duration::from_micros(round * 20), work).await;
        }
        write_note(&tenant, "kept").await;
        assert_eq!(slugs(&tenant).await, ["kept"]);
    }
}
