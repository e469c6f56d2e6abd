//! What was committed is in the file that goes elsewhere, or somebody is told that it is not.
#![expect(clippy::unwrap_used, reason = "a test fails where its set-up does")]

use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::sqlite::open::create;

/// A file with a row that only its write-ahead log holds, and a reader who keeps it there.
fn with_a_reader(directory: &TempDir) -> (PathBuf, Connection, Connection) {
    let path = directory.path().join("store.db");
    let writer = create(&path).unwrap();
    writer.execute_batch("CREATE TABLE notes (slug TEXT)").unwrap();
    let reader = open(&path, Mode::Reader).unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM notes").unwrap();
    writer
        .execute("INSERT INTO notes (slug) VALUES ('late')", [])
        .unwrap();
    (path, writer, reader)
}

fn notes(path: &Path) -> i64 {
    let connection = open(path, Mode::Reader).unwrap();
    connection
        .query_row("SELECT count(*) FROM notes", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn a_file_that_could_not_be_made_whole_is_not_taken_for_one() {
    let directory = tempfile::tempdir().unwrap();
    let (path, writer, reader) = with_a_reader(&directory);
    let refused = close_whole(writer);
    assert!(matches!(refused, Err(DbError::Unavailable(_))), "{refused:?}");
    drop(reader);
    close_whole(open(&path, Mode::Writer).unwrap()).unwrap();
    let copied = directory.path().join("copied.db");
    fs::copy(&path, &copied).unwrap();
    assert_eq!(notes(&copied), 1);
}

#[test]
fn a_log_that_could_not_be_settled_stays_where_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let (path, writer, reader) = with_a_reader(&directory);
    let refused = settle(&path);
    assert!(matches!(refused, Err(DbError::Unavailable(_))), "{refused:?}");
    assert!(beside(&path, "-wal").metadata().unwrap().len() > 0);
    drop((writer, reader));
    assert_eq!(notes(&path), 1);
}

#[test]
fn the_log_of_a_store_that_is_lost_goes_with_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    for store in [&[b'x'; 8192][..], &[]] {
        fs::write(&path, store).unwrap();
        fs::write(beside(&path, "-wal"), [b'x'; 8192]).unwrap();
        settle(&path).unwrap();
        assert!(!beside(&path, "-wal").exists());
    }
    fs::remove_file(&path).unwrap();
    fs::write(beside(&path, "-wal"), [b'x'; 8192]).unwrap();
    settle(&path).unwrap();
    assert!(!beside(&path, "-wal").exists());
}
