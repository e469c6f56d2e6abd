//! Commands beside a running server: they run in its process, through the control socket of the data directory.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    os::unix::{
        fs::PermissionsExt,
        net::{UnixListener, UnixStream},
    },
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use stoa_testing::unique;

use crate::installation::{CATALOGUE, Installation, Server};

fn socket(installation: &Installation) -> PathBuf {
    installation.data.path().join("control.sock")
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// A product file that takes a while.
fn long_catalogue(products: usize) -> String {
    let mut file = CATALOGUE.lines().next().unwrap().to_owned();
    for number in 0..products {
        file.push_str(&format!(
            "\nrug-{number},Rug {number},,Loom,Rug,,true,Title,Default Title,RUG-{number},shopify,3,deny,90.00,"
        ));
    }
    file
}

/// An import of many products through the server, once the first of them is there.
fn long_import(installation: &Installation, server: &Server, slug: &str) -> Child {
    let file = installation.data.path().join("rugs.csv");
    fs::write(&file, long_catalogue(5_000)).unwrap();
    let file = file.display().to_string();
    let import = [
        "import", "products", "--tenant", slug, "--format", "shopify", &file,
    ];
    let mut child = installation
        .command(&import)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while server.get(slug, "/products/rug-0").0 != 200 {
        assert_eq!(child.try_wait().unwrap(), None, "the import ended");
    }
    child
}

#[test]
fn answers_are_the_same_with_a_server_and_without() {
    let installation = Installation::on_sqlite();
    installation.open_shop("pots");
    let asked: [&[&str]; 7] = [
        &["tenant", "list"],
        &["tenant", "list", "--json"],
        &["tenant", "show", "pots"],
        &["tenant", "show", "nobody"],
        &["migrate"],
        &["doctor", "--json"],
        &[
            "tenant",
            "create",
            "--slug",
            "admin",
            "--name",
            "x",
            "--owner-email",
            "a@b.example",
        ],
    ];
    let ask = || {
        asked.map(|arguments| said(&installation.run(&[arguments, &["--base-domain", "x.example"]].concat())))
    };
    let without = ask();
    let server = Server::start_with(&installation, &["--base-domain", "x.example"]);
    assert_eq!(ask(), without);
    let codes: Vec<_> = without.iter().map(|(code, ..)| code.unwrap()).collect();
    assert_eq!(codes, [0, 0, 0, 1, 0, 0, 1]);
    assert_eq!(server.end(), Some(0));
}

#[test]
fn what_a_command_changes_is_seen_by_the_next_request() {
    let installation = Installation::on_sqlite();
    let server = Server::start(&installation);
    assert_eq!(server.get("pots", "/").0, 404);
    installation.open_shop("pots");
    assert_eq!(server.get("pots", "/").0, 200);
    assert!(!server.get("pots", "/products").1.contains("Clay Cup"));
    installation.catalogue();
    // The server runs elsewhere: the file is found, and opened, where the command is called.
    let imported = installation
        .command(&[
            "import",
            "products",
            "--tenant",
            "pots",
            "--format",
            "shopify",
            "catalogue.csv",
        ])
        .arg("--json")
        .current_dir(installation.data.path())
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&imported.stdout).unwrap();
    assert_eq!(report["created"], 2, "{imported:?}");
    assert!(server.get("pots", "/products").1.contains("Clay Cup"));
    let mut person = installation
        .command(&["user", "create", "--email", "ada@example.org", "--name", "Ada"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    person
        .stdin
        .take()
        .unwrap()
        .write_all(b"correct horse battery\n")
        .unwrap();
    assert_eq!(person.wait().unwrap().code(), Some(0));
}

/// A socket's address holds 108 bytes.
#[test]
fn commands_reach_a_server_in_a_directory_with_a_long_path() {
    let mut installation = Installation::on_sqlite();
    let data = installation
        .data
        .path()
        .join("d".repeat(120))
        .join("d".repeat(120));
    installation.env("STOA_DATA", data.display().to_string());
    installation.open_shop("pots");
    let server = Server::start(&installation);
    installation.open_shop("pans");
    assert_eq!(server.get("pans", "/").0, 200);
    assert!(data.join("control.sock").exists());
    assert_eq!(server.end(), Some(0));
    assert!(!data.join("control.sock").exists());
    assert_eq!(
        installation.json(&["tenant", "list"]).as_array().unwrap().len(),
        2
    );
}

#[test]
fn only_the_operator_reaches_the_socket() {
    let installation = Installation::on_sqlite();
    let data = installation.data.path().join("made");
    let _server = Server::start_with(&installation, &["--data", &data.display().to_string()]);
    let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("control.sock")), 0o600);
}

#[test]
fn a_dead_server_s_socket_is_in_nobody_s_way() {
    let installation = Installation::on_sqlite();
    let mut server = Server::start(&installation);
    server.kill();
    assert!(socket(&installation).exists());
    installation.open_shop("pots");
    let server = Server::start(&installation);
    assert_eq!(installation.json(&["tenant", "list"])[0]["slug"], "pots");
    assert_eq!(server.end(), Some(0));
    assert!(!socket(&installation).exists());
}

#[test]
fn a_program_of_another_version_is_told() {
    let installation = Installation::on_sqlite();
    let _server = Server::start(&installation);
    let ask = |request: &str| {
        let mut caller = UnixStream::connect(socket(&installation)).unwrap();
        // The server answers as soon as a request is too long, and reads no more of it.
        let _ = writeln!(caller, "{request}");
        let mut answer = String::new();
        BufReader::new(caller).read_line(&mut answer).unwrap();
        serde_json::from_str::<Value>(&answer).unwrap()["failed"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let told = ask(r#"{"version": "0.0.1", "command": {"Rename": "all"}}"#);
    assert!(told.contains("0.0.1") && told.contains("restart"), "{told}");
    assert!(ask("{}").contains("version"));
    assert!(ask("tenant list").contains("could not be read"));
    assert!(ask(&"x".repeat(100_000)).contains("too long"));
    installation.json(&["tenant", "list"]);
}

/// The test holds the directory itself, as a server that dies within a command.
#[test]
fn a_server_that_dies_within_a_command_is_said() {
    let installation = Installation::on_sqlite();
    let lock = File::create(installation.data.path().join("control.lock")).unwrap();
    lock.lock().unwrap();
    let listener = UnixListener::bind(socket(&installation)).unwrap();
    let child = installation
        .command(&["tenant", "list"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut server, _) = listener.accept().unwrap();
    let mut request = String::new();
    BufReader::new(&server).read_line(&mut request).unwrap();
    server
        .write_all(b"{\"line\":{\"err\":\"half of it\"}}\n")
        .unwrap();
    drop(server);
    let (code, stdout, stderr) = said(&child.wait_with_output().unwrap());
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(
        stderr.starts_with("half of it\nstoa: the server ended before"),
        "{stderr}"
    );
}

#[test]
fn commands_without_a_server_wait_for_each_other() {
    let installation = Installation::on_sqlite();
    let slugs: Vec<_> = (0..6).map(|_| unique("pots")).collect();
    let children: Vec<_> = slugs
        .iter()
        .map(|slug| {
            let email = format!("owner@{slug}.example");
            installation
                .command(&[
                    "tenant",
                    "create",
                    "--slug",
                    slug,
                    "--name",
                    "Pots",
                    "--owner-email",
                    &email,
                ])
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    assert_eq!(
        installation.json(&["tenant", "list"]).as_array().unwrap().len(),
        6
    );
    assert_eq!(installation.json(&["doctor"])["findings"], serde_json::json!([]));
}

/// What a broken-off import left is whole: the same call goes on with it or finds it done, and corrects none.
fn complete(installation: &Installation, slug: &str) {
    let file = installation.data.path().join("rugs.csv").display().to_string();
    let report = installation.json(&[
        "import", "products", "--tenant", slug, "--format", "shopify", &file,
    ]);
    let count = |name: &str| report[name].as_u64().unwrap();
    assert_eq!(count("created") + count("unchanged"), 5_000, "{report}");
    assert_eq!((count("updated"), count("rejected")), (0, 0), "{report}");
    assert_eq!(installation.json(&["doctor"])["findings"], serde_json::json!([]));
}

#[test]
fn a_command_whose_caller_leaves_ends() {
    let installation = Installation::on_sqlite();
    installation.open_shop("rugs");
    let server = Server::start(&installation);
    let mut caller = long_import(&installation, &server, "rugs");
    let pid = caller.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert_eq!(caller.wait().unwrap().code(), None);
    complete(&installation, "rugs");
    assert_eq!(server.end(), Some(0));
}

/// FLT-17
#[test]
fn a_server_that_is_told_to_end_ends_its_commands() {
    let installation = Installation::on_sqlite();
    installation.open_shop("rugs");
    let server = Server::start(&installation);
    let caller = long_import(&installation, &server, "rugs");
    assert_eq!(server.end(), Some(0));
    let (code, _, stderr) = said(&caller.wait_with_output().unwrap());
    assert_eq!(code, Some(1));
    assert!(stderr.contains("the server ended before"), "{stderr}");
    complete(&installation, "rugs");
}
