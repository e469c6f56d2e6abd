//! Starts servers of Stoa: the program itself, and the one of this crate.

use std::{
    fmt,
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::Result;
use stoa::Settings;

use crate::programs::{Running, free_port};

/// Where a server's data is.
#[derive(Debug, Clone)]
pub(crate) enum Store {
    Files(PathBuf),
    Postgres {
        url: String,
        owner_url: String,
        /// Where the master key is.
        data: PathBuf,
    },
}

/// Whether the server refuses those who ask too much: a benchmark does nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limits {
    Off,
    /// As a server has them that is told nothing.
    On,
}

/// A server that runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) running: Running,
    pub(crate) port: u16,
    /// From the start of the process to the first answer of `/readyz`.
    pub(crate) ready_after: Duration,
}

impl Store {
    pub(crate) fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        settings.limits.enabled = false;
        match self {
            Self::Files(data) => settings.data.clone_from(data),
            Self::Postgres { url, owner_url, data } => {
                settings.data.clone_from(data);
                settings.database_url = Some(url.clone());
                settings.database_owner_url = Some(owner_url.clone());
            }
        }
        settings
    }

    fn environment(&self) -> Vec<(&'static str, &std::ffi::OsStr)> {
        match self {
            Self::Files(data) => vec![("STOA_DATA", data.as_os_str())],
            Self::Postgres { url, owner_url, data } => {
                vec![
                    ("STOA_DATA", data.as_os_str()),
                    ("STOA_DATABASE_URL", url.as_ref()),
                    ("STOA_DATABASE_OWNER_URL", owner_url.as_ref()),
                ]
            }
        }
    }
}

impl Server {
    /// Starts `program serve` and waits until it is ready. What it logs is appended to a file.
    pub(crate) fn start(program: &Path, arguments: &[&str], store: &Store, log: &Path) -> Result<Self> {
        Self::start_limited(program, arguments, store, Limits::Off, log)
    }

    pub(crate) fn start_limited(
        program: &Path,
        arguments: &[&str],
        store: &Store,
        limits: Limits,
        log: &Path,
    ) -> Result<Self> {
        let port = free_port()?;
        let mut command = command(program, arguments, store);
        if limits == Limits::Off {
            command.env("STOA_LIMITS_ENABLED", "false");
        }
        command
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .stdout(Stdio::null());
        command.stderr(File::options().create(true).append(true).open(log)?);
        let started = Instant::now();
        let mut running = Running::start(&mut command)?;
        let ready_after = running.answers(port, "/readyz", started)?;
        Ok(Self {
            running,
            port,
            ready_after,
        })
    }

    /// What a request's `Host` says to reach a site, or `app` the console.
    pub(crate) fn host(&self, label: &str) -> String {
        format!("{label}.localhost:{}", self.port)
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "limits off",
            Self::On => "limits on",
        })
    }
}

/// A program on a store, without any setting of whoever runs the benchmark.
pub(crate) fn command(program: &Path, arguments: &[&str], store: &Store) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("STOA_") {
            command.env_remove(name);
        }
    }
    command.env("STOA_LOG", "warn").envs(store.environment());
    command
}
