//! The `stoa` command as an operator uses it, on both engines: install, open two shops, load a catalogue, serve.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use stoa_testing::{PostgresServer, unique};
use tempfile::TempDir;

const CATALOGUE: &str = "\
Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Image Src
indigo-kurta,Indigo Kurta,<p>Hand dyed</p>,Loom,Kurta,\"men, indigo\",true,Size,M,IK-M,shopify,3,deny,1450.00,https://pictures.example/kurta.jpg
indigo-kurta,,,,,,,,L,IK-L,shopify,0,deny,1450.00,
clay-cup,Clay Cup,<p>Thrown</p>,Kiln,Cup,home,true,Title,Default Title,CC-1,shopify,8,deny,320.00,
bad-cup,Bad Cup,,Kiln,Cup,,true,Title,Default Title,CC-2,shopify,8,deny,twelve,
";

/// Where a run of the command keeps its stores.
struct Installation {
    data: TempDir,
    database: Vec<(&'static str, String)>,
}

impl Installation {
    fn on_sqlite() -> Self {
        Self {
            data: tempfile::tempdir().unwrap(),
            database: Vec::new(),
        }
    }

    fn on_postgres() -> Self {
        let server = PostgresServer::shared();
        let database = vec![
            ("STOA_DATABASE_URL", server.app_url()),
            ("STOA_DATABASE_OWNER_URL", server.owner_url()),
        ];
        Self {
            database,
            ..Self::on_sqlite()
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stoa"));
        command
            .args(arguments)
            .env("STOA_DATA", self.data.path())
            .env("STOA_LOG", "warn");
        command.envs(self.database.iter().map(|(name, value)| (*name, value)));
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).stdin(Stdio::null()).output().unwrap()
    }

    #[track_caller]
    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn open_shop(&self, slug: &str) -> Value {
        let email = format!("owner@{slug}.example");
        self.json(&[
            "tenant",
            "create",
            "--slug",
            slug,
            "--name",
            "A Shop",
            "--owner-email",
            &email,
            "--currency",
            "BDT",
        ])
    }

    fn catalogue(&self) -> String {
        let path = self.data.path().join("catalogue.csv");
        std::fs::write(&path, CATALOGUE).unwrap();
        path.display().to_string()
    }
}

/// A server that is stopped when the test ends, however it ends.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    fn start(installation: &Installation) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let listen = format!("127.0.0.1:{port}");
        let process = installation
            .command(&["serve", "--listen", &listen])
            .spawn()
            .unwrap();
        let mut server = Self { process, port };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "the server did not start"
            );
            assert!(server.process.try_wait().unwrap().is_none(), "the server ended");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// Status and body of a page at a host.
    fn get(&self, label: &str, path: &str) -> (u16, String) {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(
            socket,
            "GET {path} HTTP/1.1\r\nHost: {label}.localhost:{}\r\nConnection: close\r\n\r\n",
            self.port
        )
        .unwrap();
        let mut answer = BufReader::new(socket);
        let mut status = String::new();
        answer.read_line(&mut status).unwrap();
        let mut body = String::new();
        answer.read_to_string(&mut body).unwrap();
        (status.split(' ').nth(1).unwrap().parse().unwrap(), body)
    }

    /// Asks the server to end, as a service manager does.
    fn end(mut self) -> Option<i32> {
        let pid = self.process.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.process.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn two_shops_and_a_catalogue(installation: &Installation) {
    let (clothes, pots) = (unique("clothes"), unique("pots"));
    let made = installation.open_shop(&clothes);
    assert_eq!(
        (made["status"].as_str(), made["currency"].as_str()),
        (Some("active"), Some("BDT"))
    );
    installation.open_shop(&pots);
    let slugs = installation.json(&["tenant", "list"]);
    let listed = |slug: &str| {
        slugs
            .as_array()
            .unwrap()
            .iter()
            .any(|tenant| tenant["slug"] == slug)
    };
    assert!(listed(&clothes) && listed(&pots));

    let file = installation.catalogue();
    let import = [
        "import", "products", "--tenant", &clothes, "--format", "shopify", &file,
    ];
    let first = installation.json(&import);
    assert_eq!(
        (first["created"].as_u64(), first["rejected"].as_u64()),
        (Some(2), Some(1)),
        "{first}"
    );
    assert_eq!(first["errors"][0]["row"], 5, "{first}");
    let again = installation.json(&import);
    assert_eq!(
        (again["created"].as_u64(), again["unchanged"].as_u64()),
        (Some(0), Some(2)),
        "{again}"
    );

    let server = Server::start(installation);
    let (status, page) = server.get(&clothes, "/products");
    assert_eq!(status, 200);
    assert!(page.contains("Indigo Kurta") && page.contains("Clay Cup") && !page.contains("Bad Cup"));
    assert_eq!(server.get(&clothes, "/products/indigo-kurta").0, 200);
    let (status, page) = server.get(&pots, "/products");
    assert_eq!(status, 200);
    assert!(!page.contains("Indigo Kurta"));
    assert_eq!(server.get(&pots, "/products/indigo-kurta").0, 404);
    assert_eq!(server.get("nobody", "/").0, 404);
    assert_eq!(server.end(), Some(0));
}

#[test]
fn two_shops_and_a_catalogue_on_sqlite() {
    two_shops_and_a_catalogue(&Installation::on_sqlite());
}

#[test]
fn two_shops_and_a_catalogue_on_postgres() {
    two_shops_and_a_catalogue(&Installation::on_postgres());
}

#[test]
fn a_running_server_shows_what_a_command_changes() {
    let installation = Installation::on_sqlite();
    let slug = unique("live");
    installation.open_shop(&slug);
    let server = Server::start(&installation);
    assert!(!server.get(&slug, "/products").1.contains("Clay Cup"));
    let file = installation.catalogue();
    installation.json(&[
        "import", "products", "--tenant", &slug, "--format", "shopify", &file,
    ]);
    let imported = Instant::now();
    while !server.get(&slug, "/products").1.contains("Clay Cup") {
        assert!(
            imported.elapsed() < Duration::from_secs(10),
            "the server still shows what was"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let installation = Installation::on_sqlite();
    let _first = Server::start(&installation);
    let second = installation.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&second.stderr).contains("another process"),
        "{second:?}"
    );
}

#[test]
fn what_cannot_be_done_is_said() {
    let installation = Installation::on_sqlite();
    #[track_caller]
    fn check(installation: &Installation, arguments: &[&str], code: i32, says: &str) {
        let output = installation.run(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
        assert!(stderr.contains(says), "{arguments:?}: {stderr}");
    }
    let create = |slug: &'static str, email: &'static str| {
        [
            "tenant",
            "create",
            "--slug",
            slug,
            "--name",
            "A Shop",
            "--owner-email",
            email,
        ]
    };
    check(&installation, &["tenant", "create"], 2, "--slug");
    check(&installation, &["frobnicate"], 2, "frobnicate");
    check(&installation, &create("Bad Slug", "a@b.example"), 1, "--slug");
    check(&installation, &create("admin", "a@b.example"), 1, "reserved");
    check(&installation, &create("fine", "no-email"), 1, "--owner-email");
    check(
        &installation,
        &["tenant", "show", "nobody"],
        1,
        "there is no business",
    );
    check(
        &installation,
        &["serve", "--listen", "0.0.0.0:8080"],
        1,
        "loopback",
    );
    check(
        &installation,
        &[
            "import",
            "products",
            "--tenant",
            "nobody",
            "--format",
            "shopify",
            "missing.csv",
        ],
        1,
        "missing.csv",
    );
}
