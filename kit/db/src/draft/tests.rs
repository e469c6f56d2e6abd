//! What a process left goes, what one is at work on stays.
#![expect(clippy::unwrap_used, reason = "a test fails where its set-up does")]

use super::*;

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn drafts_that_were_left_are_swept() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let at_work = Draft::new(path).unwrap();
    let name = at_work.path().file_name().unwrap().to_str().unwrap();
    let log = format!("{name}-wal");
    for left in [
        "a.draft",
        "a.draft-wal",
        "a.draft-shm",
        "b.draft-wal",
        "kept.db",
        "kept.db-wal",
        &log,
    ] {
        fs::write(path.join(left), "").unwrap();
    }
    let found = abandoned(path).unwrap();
    assert_eq!(found.iter().map(|draft| draft.files.len()).sum::<usize>(), 4);
    drop(found);
    sweep_drafts(path).unwrap();
    assert_eq!(names(path), [name, &log, "kept.db", "kept.db-wal"]);
    at_work.put(&path.join("whole.db")).unwrap();
    assert_eq!(names(path), ["kept.db", "kept.db-wal", "whole.db"]);
}

#[test]
fn a_draft_is_nobody_else_s_to_read() {
    let directory = tempfile::tempdir().unwrap();
    let inside = private_directory(&directory.path().join("drafts")).unwrap();
    let draft = Draft::new(&inside).unwrap();
    for (path, mode) in [(inside.as_path(), 0o40_700), (draft.path(), 0o100_600)] {
        assert_eq!(
            std::os::unix::fs::MetadataExt::mode(&fs::metadata(path).unwrap()),
            mode
        );
    }
}
