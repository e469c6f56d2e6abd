//! The `stoa` command, its stores and its server, for one test.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use stoa_testing::{MASTER_KEY, PostgresServer};
use stoa_vault::{MasterKey, Vault};
use tempfile::TempDir;

pub(crate) const CATALOGUE: &str = "\
Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Image Src
indigo-kurta,Indigo Kurta,<p>Hand dyed</p>,Loom,Kurta,\"men, indigo\",true,Size,M,IK-M,shopify,3,deny,1450.00,https://pictures.example/kurta.jpg
indigo-kurta,,,,,,,,L,IK-L,shopify,0,deny,1450.00,
clay-cup,Clay Cup,<p>Thrown</p>,Kiln,Cup,home,true,Title,Default Title,CC-1,shopify,8,deny,320.00,
bad-cup,Bad Cup,,Kiln,Cup,,true,Title,Default Title,CC-2,shopify,8,deny,twelve,
";

/// Where a run of the command keeps its stores.
pub(crate) struct Installation {
    pub(crate) data: TempDir,
    environment: Vec<(&'static str, String)>,
}

impl Installation {
    pub(crate) fn on_sqlite() -> Self {
        Self {
            data: tempfile::tempdir().unwrap(),
            environment: Vec::new(),
        }
    }

    pub(crate) fn on_postgres() -> Self {
        Self::on_server(PostgresServer::shared())
    }

    pub(crate) fn on_server(server: &PostgresServer) -> Self {
        let environment = vec![
            ("STOA_DATABASE_URL", server.app_url()),
            ("STOA_DATABASE_OWNER_URL", server.owner_url()),
            ("STOA_MASTER_KEY", MASTER_KEY.to_owned()),
        ];
        Self {
            environment,
            ..Self::on_sqlite()
        }
    }

    /// Has every command called with a variable set.
    pub(crate) fn env(&mut self, name: &'static str, value: String) {
        self.environment.push((name, value));
    }

    /// The vault of the key that the first command has made in the data directory.
    pub(crate) fn vault(&self) -> Vault {
        let text = std::fs::read_to_string(self.data.path().join("master.key")).unwrap();
        Vault::new(&MasterKey::parse(&text).unwrap())
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stoa"));
        command
            .args(arguments)
            .env("STOA_DATA", self.data.path())
            // What a busy machine made slow is logged, and is no part of what a command says.
            .env("STOA_LOG", "error");
        command.envs(self.environment.iter().map(|(name, value)| (*name, value)));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).stdin(Stdio::null()).output().unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub(crate) fn open_shop(&self, slug: &str) -> Value {
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

    pub(crate) fn catalogue(&self) -> String {
        let path = self.data.path().join("catalogue.csv");
        std::fs::write(&path, CATALOGUE).unwrap();
        path.display().to_string()
    }
}

/// A server that is stopped when the test ends, however it ends.
pub(crate) struct Server {
    process: Child,
    port: u16,
}

impl Server {
    pub(crate) fn start(installation: &Installation) -> Self {
        Self::start_with(installation, &[])
    }

    pub(crate) fn start_with(installation: &Installation, flags: &[&str]) -> Self {
        Self::launch(installation.command(&["serve"]).args(flags))
    }

    /// Starts a command that ends in `serve` and its flags.
    pub(crate) fn launch(command: &mut Command) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let process = command
            .args(["--listen", &format!("127.0.0.1:{port}")])
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

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Status and body of a page at a host.
    pub(crate) fn get(&self, label: &str, path: &str) -> (u16, String) {
        let answer = ask(self.port, label, "GET", path, "", None).unwrap();
        (answer.status, answer.text)
    }

    /// What the server answers, if it is there to its end.
    pub(crate) fn ask(
        &self,
        label: &str,
        method: &str,
        path: &str,
        cookie: &str,
        body: Option<&Value>,
    ) -> Option<Answer> {
        ask(self.port, label, method, path, cookie, body)
    }

    /// Ends the server as a crash does.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks the server to end, as a service manager does.
    pub(crate) fn end(mut self) -> Option<i32> {
        let pid = self.process.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.process.wait().unwrap().code()
    }
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) text: String,
    /// Null when the body is no JSON.
    pub(crate) json: Value,
}

impl Answer {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// The first cookie that it sets, as it is sent back.
    pub(crate) fn cookie(&self) -> Option<String> {
        let line = self
            .head
            .lines()
            .find_map(|line| line.strip_prefix("set-cookie: "))?;
        Some(line.split(';').next()?.to_owned())
    }
}

/// One request on a connection of its own. Nothing, when the server is gone before its answer is whole.
pub(crate) fn ask(
    port: u16,
    label: &str,
    method: &str,
    path: &str,
    cookie: &str,
    body: Option<&Value>,
) -> Option<Answer> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut socket = TcpStream::connect(("127.0.0.1", port)).ok()?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {label}.localhost:{port}\r\nConnection: close\r\nCookie: {cookie}\r\n\
         Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).ok()?;
    let mut received = Vec::new();
    socket.read_to_end(&mut received).ok()?;
    let received = String::from_utf8(received).ok()?;
    let (head, text) = received.split_once("\r\n\r\n")?;
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))?;
    if length.parse() != Ok(text.len()) {
        return None;
    }
    Some(Answer {
        status: head.split(' ').nth(1)?.parse().ok()?,
        json: serde_json::from_str(text).unwrap_or_default(),
        head: head.to_owned(),
        text: text.to_owned(),
    })
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
