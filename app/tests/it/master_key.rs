//! The master key as an operator meets it: made, given, missing, another one.

use std::{os::unix::fs::PermissionsExt as _, process::Output};

use crate::installation::Installation;

/// A command with settings of its own in its environment.
fn list_with(installation: &Installation, settings: &[(&str, &str)]) -> Output {
    let mut command = installation.command(&["tenant", "list"]);
    command.envs(settings.iter().copied());
    command.output().unwrap()
}

#[track_caller]
fn check_refused(output: &Output, because: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains(because), "{stderr}");
}

#[test]
fn stores_open_with_the_key_that_they_were_made_with_and_with_no_other() {
    let installation = Installation::on_sqlite();
    installation.json(&["tenant", "list"]);
    let file = installation.data.path().join("master.key");
    let made = std::fs::read_to_string(&file).unwrap();
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let other = "0f".repeat(32);
    let refused = list_with(&installation, &[("STOA_MASTER_KEY", &other)]);
    check_refused(
        &refused,
        "this is not the master key that the stores were made with",
    );
    std::fs::remove_file(&file).unwrap();
    check_refused(&list_with(&installation, &[]), "their master key is not");
    check_refused(
        &list_with(&installation, &[("STOA_MASTER_KEY", "changeme")]),
        "`openssl rand -hex 32` makes one",
    );

    assert!(
        list_with(&installation, &[("STOA_MASTER_KEY", &made)])
            .status
            .success()
    );
    let elsewhere = installation.data.path().join("kept-apart");
    std::fs::write(&elsewhere, &made).unwrap();
    let given = list_with(
        &installation,
        &[("STOA_MASTER_KEY_FILE", elsewhere.to_str().unwrap())],
    );
    assert!(given.status.success(), "{given:?}");
}

#[test]
fn a_platform_on_postgres_that_the_world_reaches_is_given_its_key() {
    let installation = Installation::on_postgres();
    installation.json(&["tenant", "list"]);
    let refused = list_with(
        &installation,
        &[("STOA_MASTER_KEY", ""), ("STOA_BASE_DOMAIN", "shops.example")],
    );
    check_refused(
        &refused,
        "PostgreSQL that serves shops.example needs a master key",
    );
    assert!(!installation.data.path().join("master.key").exists());
}
