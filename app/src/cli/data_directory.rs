//! The data directory belongs to one process at a time: to the one that serves it, or to a command when none does.

use std::{
    fs::{self, DirBuilder, File, Permissions, TryLockError},
    io,
    os::unix::{
        fs::{DirBuilderExt as _, PermissionsExt as _},
        net::UnixStream,
    },
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use tokio::{net::UnixListener, time::sleep};

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
        make(path).with_context(|| format!("making {}", path.display()))?;
        let mut waited = 0;
        loop {
            if let Some(lock) = try_lock(&path.join("control.lock"))? {
                let directory = Self {
                    path: path.to_owned(),
                    _lock: lock,
                };
                return Ok(Claim::Held(directory));
            }
            if let Ok(server) = UnixStream::connect(socket(path)) {
                return Ok(Claim::Served(server));
            }
            waited += 1;
            if waited == PATIENCE {
                eprintln!("stoa: waiting for another command in {}", path.display());
            }
            sleep(WAIT).await;
        }
    }

    /// Takes commands of other processes from here on. A socket that is there is a dead process's.
    pub(crate) fn listen(&self) -> Result<UnixListener> {
        let socket = socket(&self.path);
        let bound = remove(&socket)
            .and_then(|()| UnixListener::bind(&socket))
            .and_then(|listener| {
                fs::set_permissions(&socket, Permissions::from_mode(0o600)).map(|()| listener)
            });
        bound.with_context(|| format!("listening on {}", socket.display()))
    }
}

impl Drop for DataDirectory {
    fn drop(&mut self) {
        let _ = remove(&socket(&self.path));
    }
}

fn socket(directory: &Path) -> PathBuf {
    directory.join("control.sock")
}

/// Nobody but the operator's account enters it.
fn make(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
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

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
