//! A private PostgreSQL server for the tests of one process.

use std::{
    fs,
    io::Write as _,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

const SUPERUSER: &str = "postgres";
const DATABASE: &str = "stoa";
const PATIENCE: Duration = Duration::from_secs(30);

/// Stops the server by its own pid when the pipe to the test process closes, however that process ends.
const SUPERVISOR: &str = r#"
"$1/postgres" -D "$2/data" >"$2/server.log" 2>&1 &
server=$!
while read -r _; do :; done
kill -INT "$server" 2>/dev/null
wait "$server"
rm -rf "$2"
"#;

/// Roles as an operator makes them: one owns the tables, the other reads and writes under row-level security.
const ROLES: &str = "
CREATE ROLE stoa_owner LOGIN NOSUPERUSER NOBYPASSRLS;
CREATE ROLE stoa_app LOGIN NOSUPERUSER NOBYPASSRLS;
CREATE DATABASE stoa OWNER stoa_owner;
";

/// A server that lives as long as the test process. Its pipe is never read: closing it is the signal.
#[derive(Debug)]
pub struct PostgresServer {
    port: u16,
    supervisor: Child,
}

impl PostgresServer {
    /// The server of this test process, started by the first test that asks.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SERVER: OnceLock<PostgresServer> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    fn start() -> Self {
        let programs = programs();
        let home = private_directory();
        let port = free_port();
        run(as_user(&programs.join("initdb"))
            .arg("--pgdata")
            .arg(home.join("data"))
            .args([
                "--username",
                SUPERUSER,
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ]));
        fs::OpenOptions::new()
            .append(true)
            .open(home.join("data/postgresql.conf"))
            .and_then(|mut file| file.write_all(settings(port, &home).as_bytes()))
            .expect("the server's settings can be written");
        let supervisor = as_user(Path::new("/bin/sh"))
            .args(["-c", SUPERVISOR, "supervisor"])
            .args([&programs, &home])
            .stdin(Stdio::piped())
            .spawn()
            .expect("the server's supervisor starts");
        let server = Self { port, supervisor };
        server.wait_until_ready(&programs, &home);
        server.psql(&programs, "postgres", ROLES);
        server
    }

    /// Connects as the role that reads and writes, and owns nothing.
    #[must_use]
    pub fn app_url(&self) -> String {
        self.url("stoa_app")
    }

    /// Connects as the role that owns the tables.
    #[must_use]
    pub fn owner_url(&self) -> String {
        self.url("stoa_owner")
    }

    /// Connects as the role that may do anything, to look behind row-level security.
    #[must_use]
    pub fn superuser_url(&self) -> String {
        self.url(SUPERUSER)
    }

    /// The process that stops the server when its pipe closes.
    #[must_use]
    pub fn supervisor(&self) -> u32 {
        self.supervisor.id()
    }

    fn url(&self, role: &str) -> String {
        format!("postgresql://{role}@127.0.0.1:{}/{DATABASE}", self.port)
    }

    fn wait_until_ready(&self, programs: &Path, home: &Path) {
        let started = Instant::now();
        let port = self.port.to_string();
        while !Command::new(programs.join("pg_isready"))
            .args(["--host=127.0.0.1", "--port", &port, "--quiet"])
            .status()
            .is_ok_and(|status| status.success())
        {
            assert!(
                started.elapsed() < PATIENCE,
                "PostgreSQL did not start: {}",
                fs::read_to_string(home.join("server.log")).unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn psql(&self, programs: &Path, database: &str, text: &str) {
        let mut psql = Command::new(programs.join("psql"))
            .args([
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "--host=127.0.0.1",
                "--username",
                SUPERUSER,
            ])
            .args(["--port", &self.port.to_string(), database])
            .stdin(Stdio::piped())
            .spawn()
            .expect("psql starts");
        psql.stdin
            .take()
            .expect("psql reads")
            .write_all(text.as_bytes())
            .expect("psql reads");
        assert!(psql.wait().expect("psql ends").success(), "psql failed on {text}");
    }
}

fn settings(port: u16, home: &Path) -> String {
    format!(
        "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{}'\nfsync = off\n\
         synchronous_commit = off\nfull_page_writes = off\nmax_connections = 300\nshared_buffers = 128MB\n",
        home.display()
    )
}

/// Where the server's programs are: the newest of Debian's versions, else where `pg_config` says.
fn programs() -> PathBuf {
    let version = |path: &PathBuf| {
        path.parent()
            .and_then(Path::file_name)?
            .to_str()?
            .parse::<u32>()
            .ok()
    };
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|path| path.join("initdb").exists())
        .collect();
    found.sort_by_key(version);
    let configured = || {
        let output = Command::new("pg_config").arg("--bindir").output().ok()?;
        let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
        path.join("initdb").exists().then_some(path)
    };
    found
        .pop()
        .or_else(configured)
        .expect("PostgreSQL's server programs are installed (Debian: postgresql)")
}

/// PostgreSQL refuses to run as root, so root hands over to the user that Debian's package makes.
fn as_user(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", SUPERUSER, "--regid", SUPERUSER, "--clear-groups", "--"])
        .arg(program);
    command
}

fn is_root() -> bool {
    let output = Command::new("id")
        .arg("-u")
        .output()
        .expect("id tells who runs the tests");
    output.stdout.trim_ascii() == b"0"
}

/// A directory that the server's user owns.
fn private_directory() -> PathBuf {
    let home = tempfile::Builder::new()
        .prefix("stoa-postgres-")
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir()
        .expect("a temporary directory can be made")
        .keep();
    if is_root() {
        run(Command::new("chown").arg(format!("{SUPERUSER}:")).arg(&home));
    }
    home
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .expect("a port is free")
        .port()
}

fn run(command: &mut Command) {
    let output = command.output().expect("the program starts");
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
