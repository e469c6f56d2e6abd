//! The data directory belongs to one process at a time: to the one that serves it, or to a command when none does.

use std::{
    fs::{DirBuilder, File, TryLockError},
    io::{
        self,
        ErrorKind::{ConnectionRefused, NotFound},
    },
    os::unix::{fs::DirBuilderExt as _, net::UnixStream},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use tokio::{net::UnixListener, time::sleep};

use super::control::socket;

/// How often a directory that another command holds is asked for.
const WAIT: Duration = Duration::from_millis(50);
/// How often that is done before the person who waits is told why.
const PATIENCE: u32 = 20;

/// A data directory that this process holds. The lock goes when the process does, however it ends.
#[derive(Debug)]
pub(crate) struct DataDirectory {
    path: PathBuf,
    _lock: File,
}

/// Whose the data directory is.
#[derive(Debug)]
pub(crate) enum Claim {
    Held(DataDirectory),
    /// Another process serves it and takes commands.
    Served(UnixStream),
}

impl DataDirectory {
    /// Holds the directory or reaches the process that serves it. Waits while that one starts, or another command works.
    pub(crate) async fn claim(path: &Path) -> Result<Claim> {
        make(path).with_context(|| unusable(path))?;
        let mut waited = 0;
        loop {
            if let Some(lock) = try_lock(&path.join("control.lock")).with_context(|| unusable(path))? {
                let directory = Self {
                    path: path.to_owned(),
                    _lock: lock,
                };
                return Ok(Claim::Held(directory));
            }
            match socket::connect(path) {
                Ok(server) => return Ok(Claim::Served(server)),
                // Whoever holds the directory is a command, or a server that starts.
                Err(error) if [NotFound, ConnectionRefused].contains(&error.kind()) => {}
                Err(error) => {
                    let why = format!("reaching the server that holds {}", path.display());
                    return Err(error).context(why);
                }
            }
            waited += 1;
            if waited == PATIENCE {
                eprintln!("stoa: waiting for another command in {}", path.display());
            }
            sleep(WAIT).await;
        }
    }

    /// Takes commands of other processes from here on.
    pub(crate) fn listen(&self) -> Result<UnixListener> {
        socket::bind(&self.path).with_context(|| format!("listening for commands in {}", self.path.display()))
    }
}

impl Drop for DataDirectory {
    fn drop(&mut self) {
        let _ = socket::remove(&self.path);
    }
}

/// Nobody but the operator's account enters it.
fn make(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn unusable(path: &Path) -> String {
    format!(
        "{} cannot be the data directory: it has to be a directory that whoever calls stoa owns, or a place where one can be \
         made (--data, STOA_DATA)",
        path.display()
    )
}

fn try_lock(path: &Path) -> Result<Option<File>> {
    let file = File::options()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| path.display().to_string())?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("locking {}", path.display())),
    }
}
