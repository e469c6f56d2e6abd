//! A private PostgreSQL server with the settings that Debian's has: nothing is forgotten when the power fails.

use std::{
    fs,
    io::Write,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::{
    programs::{Running, free_port, output},
    server::Store,
};

/// What the server is measured on, and its copy for pgbench.
pub(crate) const DATABASE: &str = "stoa";
pub(crate) const FLOOR: &str = "floor";

const SUPERUSER: &str = "postgres";
const PATIENCE: Duration = Duration::from_secs(30);

/// As an operator makes them: one owns the tables, the other reads and writes under row-level security.
const ROLES: &str = "CREATE ROLE stoa_owner LOGIN NOSUPERUSER NOBYPASSRLS;
CREATE ROLE stoa_app LOGIN NOSUPERUSER NOBYPASSRLS;
CREATE DATABASE stoa OWNER stoa_owner;";

/// Runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Postgres {
    port: u16,
    _running: Running,
    home: TempDir,
}

impl Postgres {
    pub(crate) fn start() -> Result<Self> {
        let programs = programs()?;
        let home = tempfile::Builder::new()
            .prefix("stoa-bench-postgres-")
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir()?;
        if is_root()? {
            output(
                Command::new("chown")
                    .arg(format!("{SUPERUSER}:"))
                    .arg(home.path()),
            )?;
        }
        let data = home.path().join("data");
        output(
            as_user(&programs.join("initdb"))?
                .arg("--pgdata")
                .arg(&data)
                .args([
                    "--username",
                    SUPERUSER,
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--locale=C",
                ]),
        )?;
        let port = free_port()?;
        let log = fs::File::create(home.path().join("server.log"))?;
        let mut command = as_user(&programs.join("postgres"))?;
        command
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(home.path())
            .args(["-p", &port.to_string()]);
        command
            .args(["-c", "listen_addresses=127.0.0.1"])
            .stderr(log.try_clone()?)
            .stdout(log);
        let running = Running::start(&mut command)?.ended_by("INT");
        let server = Self {
            port,
            _running: running,
            home,
        };
        server.wait_until_ready()?;
        server.psql("postgres", ROLES)?;
        Ok(server)
    }

    pub(crate) fn store(&self) -> Store {
        Store::Postgres {
            url: self.url("stoa_app", DATABASE),
            owner_url: self.url("stoa_owner", DATABASE),
            data: self.home().join("stoa"),
        }
    }

    pub(crate) fn url(&self, role: &str, database: &str) -> String {
        format!("postgresql://{role}@127.0.0.1:{}/{database}", self.port)
    }

    /// A directory that lasts as long as the server.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs statements as the superuser, whom row-level security does not hold.
    pub(crate) fn psql(&self, database: &str, text: &str) -> Result<String> {
        let mut psql = Command::new("psql")
            .args([
                "--no-psqlrc",
                "--quiet",
                "--tuples-only",
                "--no-align",
                "--set=ON_ERROR_STOP=1",
            ])
            .arg(self.url(SUPERUSER, database))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("psql starts")?;
        psql.stdin
            .take()
            .context("psql reads")?
            .write_all(text.as_bytes())?;
        let answer = psql.wait_with_output()?;
        ensure!(answer.status.success(), "psql failed");
        Ok(String::from_utf8_lossy(&answer.stdout).into_owned())
    }

    /// What a query of one column yields.
    pub(crate) fn column(&self, database: &str, query: &str) -> Result<Vec<String>> {
        Ok(self.psql(database, query)?.lines().map(str::to_owned).collect())
    }

    /// Copies the database; nothing may be connected to it.
    pub(crate) fn copy(&self) -> Result<()> {
        self.psql(
            "postgres",
            &format!("CREATE DATABASE {FLOOR} TEMPLATE {DATABASE}"),
        )
        .map(drop)
    }

    fn wait_until_ready(&self) -> Result<()> {
        let started = Instant::now();
        let mut asked = Command::new("pg_isready");
        asked.args(["--quiet", "--host=127.0.0.1", "--port", &self.port.to_string()]);
        while !asked.status().is_ok_and(|status| status.success()) {
            let log = || fs::read_to_string(self.home.path().join("server.log")).unwrap_or_default();
            ensure!(
                started.elapsed() < PATIENCE,
                "PostgreSQL does not start: {}",
                log()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

/// Where the server's programs are: the newest of Debian's versions, else where `pg_config` says.
fn programs() -> Result<PathBuf> {
    let version = |path: &PathBuf| path.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|path| path.join("initdb").exists())
        .collect();
    found.sort_by_key(version);
    match found.pop() {
        Some(path) => Ok(path),
        None => Ok(PathBuf::from(
            output(Command::new("pg_config").arg("--bindir"))?.trim(),
        )),
    }
}

/// PostgreSQL refuses to run as root, so root hands over to the user that Debian's package makes.
fn as_user(program: &Path) -> Result<Command> {
    if !is_root()? {
        return Ok(Command::new(program));
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", SUPERUSER, "--regid", SUPERUSER, "--clear-groups", "--"])
        .arg(program);
    // Root's own directory is closed to that user.
    command.current_dir("/");
    Ok(command)
}

fn is_root() -> Result<bool> {
    Ok(fs::metadata("/proc/self")?.uid() == 0)
}
