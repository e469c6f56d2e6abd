//! A private PostgreSQL server for the tests of one process.

use std::{
    env, fs,
    io::Write as _,
    net::TcpListener,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use tempfile::TempDir;

const SUPERUSER: &str = "postgres";
const DATABASE: &str = "stoa";
const PATIENCE: Duration = Duration::from_secs(30);

/// Makes the server, runs it, restarts it in the way that a line on the pipe says, and when the pipe to the test process
/// closes, however that process ends, stops it and removes its directory. PostgreSQL refuses to run as root, so root hands
/// over to the user that Debian's package makes. Arguments: the programs, the directory, that user, the server's settings.
const SUPERVISOR: &str = r#"
programs=$1 home=$2 user=$3 as=
shift 3
cd /
exec 2>"$home/server.log"
if [ "$(id -u)" = 0 ]; then
    chown "$user:" "$home" || exit 1
    as="setpriv --reuid=$user --regid=$user --clear-groups --"
fi
$as "$programs/initdb" --pgdata "$home/data" --username "$user" \
    --auth=trust --encoding=UTF8 --locale=C --no-sync >&2 || exit 1
case " $* " in *" ssl=on "*)
    $as openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE \
        -keyout "$home/data/server.key" -out "$home/data/server.crt" >&2 || exit 1
esac
$as "$programs/postgres" -D "$home/data" "$@" >&2 &
while read -r mode; do
    $as "$programs/pg_ctl" restart --silent --wait --pgdata "$home/data" --mode "$mode" >&2
done
$as "$programs/pg_ctl" stop --silent --wait --pgdata "$home/data" --mode fast >&2
rm -rf "$home"
"#;

/// Roles as an operator makes them: one owns the tables, the other reads and writes under row-level security.
const ROLES: [&str; 3] = [
    "CREATE ROLE stoa_owner LOGIN NOSUPERUSER NOBYPASSRLS",
    "CREATE ROLE stoa_app LOGIN NOSUPERUSER NOBYPASSRLS",
    "CREATE DATABASE stoa OWNER stoa_owner",
];

/// A server that lives as long as the test process.
#[derive(Debug)]
pub struct PostgresServer {
    port: u16,
    home: PathBuf,
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
        SERVER.get_or_init(|| Self::start(&["synchronous_commit=off"]))
    }

    /// A server of one test's own, which it may restart: what was acknowledged survives that.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    #[must_use]
    pub fn private() -> Self {
        Self::start(&["synchronous_commit=on"])
    }

    /// A server that speaks TLS, with a certificate for `localhost` that nobody else has signed.
    ///
    /// # Panics
    /// When PostgreSQL or OpenSSL is not installed, or the server does not start.
    #[must_use]
    pub fn with_tls() -> Self {
        Self::start(&["synchronous_commit=on", "ssl=on"])
    }

    /// The certificate of a server with TLS.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.home.join("data/server.crt")
    }

    /// Restarts the server without letting anybody finish, as a crash would.
    ///
    /// # Panics
    /// When it does not come back.
    pub fn crash(&mut self) {
        let before = self.pid();
        let pipe = self.supervisor.stdin.as_mut().expect("the pipe is open");
        pipe.write_all(b"immediate\n").expect("the supervisor reads");
        let started = Instant::now();
        while self.pid() == before {
            assert!(started.elapsed() < PATIENCE, "the server goes on");
            std::thread::sleep(Duration::from_millis(20));
        }
        self.wait_until_ready(&programs());
    }

    /// Stops the server for good.
    ///
    /// # Panics
    /// When it goes on.
    pub fn stop(mut self) {
        drop(self.supervisor.stdin.take());
        self.supervisor.wait().expect("the supervisor ends");
    }

    /// Runs commands of SQL on one connection, as the role of `url`; says what `psql` printed, one row a line, or the error.
    ///
    /// # Errors
    /// What the server answered: the code and the text.
    ///
    /// # Panics
    /// When `psql` cannot be run.
    pub fn psql(url: &str, commands: &[&str]) -> Result<String, String> {
        let output = Command::new(programs().join("psql"))
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .args(["--set=ON_ERROR_STOP=1", "--set=VERBOSITY=verbose"])
            .args(commands.iter().flat_map(|command| ["--command", command]))
            .arg(url)
            .output()
            .expect("psql runs");
        let text = |bytes| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() {
            Ok(text(&output.stdout))
        } else {
            Err(text(&output.stderr))
        }
    }

    fn start(special: &[&str]) -> Self {
        let programs = programs();
        let port = free_port();
        let home = private_directory();
        let supervisor = supervise(&programs, home.path(), port, special);
        let mut server = Self {
            port,
            // From here on the supervisor removes it.
            home: home.keep(),
            supervisor,
        };
        server.wait_until_ready(&programs);
        let database = server.url(SUPERUSER).replace(DATABASE, "postgres");
        for role in ROLES {
            if let Err(error) = Self::psql(&database, &[role]) {
                panic!("{role}: {error}");
            }
        }
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

    fn url(&self, role: &str) -> String {
        format!("postgresql://{role}@127.0.0.1:{}/{DATABASE}", self.port)
    }

    /// Asks through the socket in the server's own directory: behind the port there might be another one's server.
    fn wait_until_ready(&mut self, programs: &Path) {
        let started = Instant::now();
        while !Command::new(programs.join("pg_isready"))
            .arg("--quiet")
            .args(self.address())
            .status()
            .is_ok_and(|status| status.success())
        {
            if started.elapsed() > PATIENCE || !matches!(self.supervisor.try_wait(), Ok(None)) {
                self.give_up();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Says what the server said. Where `initdb` failed, nobody else removes the directory.
    fn give_up(&self) -> ! {
        let log = fs::read_to_string(self.home.join("server.log")).unwrap_or_default();
        if let Err(error) = fs::remove_dir_all(&self.home) {
            eprintln!("{} is left: {error}", self.home.display());
        }
        panic!("PostgreSQL did not start: {log}");
    }

    fn address(&self) -> [String; 2] {
        [
            format!("--host={}", self.home.display()),
            format!("--port={}", self.port),
        ]
    }

    /// None while there is no server.
    fn pid(&self) -> Option<String> {
        let file = fs::read_to_string(self.home.join("data/postmaster.pid")).ok()?;
        file.lines().next().map(str::to_owned)
    }
}

/// Starts the server under its supervisor, in a process group of its own: an interrupt at the terminal is for the
/// tests, and the supervisor has to outlive them.
fn supervise(programs: &Path, home: &Path, port: u16, special: &[&str]) -> Child {
    Command::new("/bin/sh")
        .args(["-c", SUPERVISOR, "supervisor"])
        .args([programs, home])
        .arg(SUPERUSER)
        .args(settings(port, home, special))
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the server's supervisor starts")
}

/// Durability is off: the data need not outlive the tests, which wait less.
fn settings(port: u16, home: &Path, special: &[&str]) -> Vec<String> {
    [
        "listen_addresses=127.0.0.1",
        &format!("port={port}"),
        &format!("unix_socket_directories={}", home.display()),
        "fsync=off",
        "full_page_writes=off",
        "max_connections=300",
        "shared_buffers=128MB",
    ]
    .iter()
    .chain(special)
    .flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()])
    .collect()
}

/// Where the server's programs are: the newest of Debian's versions, else where `pg_config` says, else on the path.
fn programs() -> PathBuf {
    let configured = || {
        let output = Command::new("pg_config").arg("--bindir").output().ok()?;
        Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
    };
    let path = env::var_os("PATH").unwrap_or_default();
    debian_versions()
        .into_iter()
        .chain(configured())
        .chain(env::split_paths(&path))
        .find(|directory| directory.join("initdb").exists())
        .expect("the tests need PostgreSQL's server programs: install Debian's package postgresql")
}

/// The directories of `/usr/lib/postgresql/17/bin` and its like, the newest version first.
fn debian_versions() -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by(|one, other| other.cmp(one));
    versions.into_iter().map(|(_, directory)| directory).collect()
}

fn private_directory() -> TempDir {
    tempfile::Builder::new()
        .prefix("stoa-postgres-")
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir()
        .expect("a temporary directory can be made")
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .expect("a port is free")
        .port()
}

#[cfg(test)]
mod tests;
