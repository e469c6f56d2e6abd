//! The server lives as its tests do, and never as root.

use std::{fs, net::TcpStream};

use super::PostgresServer;

/// The user ids (real, effective, saved, file system) that a process runs under, while there is one.
fn users(pid: &str) -> Option<Vec<String>> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    Some(line.split_whitespace().map(str::to_owned).collect())
}

#[test]
fn ends_with_its_supervisor_and_is_never_root() {
    let mut server = PostgresServer::private();
    let address = ("127.0.0.1", server.port);
    let pid = server.pid().expect("the server tells its pid");
    let runs_as = users(&pid).expect("the server runs");
    assert!(!runs_as.contains(&"0".to_owned()), "runs as {runs_as:?}");
    assert!(TcpStream::connect(address).is_ok());

    // Closes the pipe, as the end of this process would.
    drop(server.supervisor.stdin.take());
    server.supervisor.wait().expect("the supervisor ends");
    assert_eq!(users(&pid), None, "the server still runs");
    assert!(TcpStream::connect(address).is_err());
    assert!(!server.home.exists(), "its directory is left");
}

#[test]
fn gives_each_role_its_url() {
    let server = PostgresServer::shared();
    for (url, role) in [
        (server.app_url(), "stoa_app"),
        (server.owner_url(), "stoa_owner"),
        (server.superuser_url(), "postgres"),
    ] {
        assert_eq!(url, format!("postgresql://{role}@127.0.0.1:{}/stoa", server.port));
    }
}

/// What a role may do decides whether row-level security holds it: checked by asking the server, not our own words.
#[test]
fn no_role_of_an_application_escapes_row_level_security() {
    let server = PostgresServer::shared();
    let answer = |url: String, question: &str| PostgresServer::psql(&url, &[question]).expect("it answers");
    let rights = "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user";
    let owns = "SELECT count(*) FROM pg_database WHERE datdba = current_user::regrole";
    for (url, databases) in [(server.app_url(), "0"), (server.owner_url(), "1")] {
        assert_eq!(answer(url.clone(), rights), "f|f|f", "{url}");
        assert_eq!(answer(url.clone(), owns), databases, "{url}");
    }
    assert_eq!(answer(server.superuser_url(), rights), "t|t|t");
}
