//! Files in the making: what is there under its own name is whole.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use uuid::Uuid;

/// What SQLite keeps beside a file.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];
/// Nobody works on a draft for longer.
const ABANDONED: Duration = Duration::from_secs(24 * 3600);

/// A file under a name that no other process uses, removed unless it is put in its place.
#[derive(Debug)]
pub(crate) struct Draft {
    path: PathBuf,
}

impl Draft {
    /// An empty file that nobody else may read.
    pub(crate) fn new(directory: &Path) -> io::Result<Self> {
        let path = directory.join(format!("{}.draft", Uuid::now_v7()));
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name, in place of what has it. It is on the disk before.
    pub(crate) fn put(self, path: &Path) -> io::Result<()> {
        File::open(&self.path)?.sync_all()?;
        fs::rename(&self.path, path)?;
        sync_directory(path)
    }

    /// Gives the file its name, unless another one has it by now.
    pub(crate) fn put_new(self, path: &Path) -> io::Result<()> {
        File::open(&self.path)?.sync_all()?;
        // Unlike a rename, a link never replaces what another process has made meanwhile.
        match fs::hard_link(&self.path, path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        sync_directory(path)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

fn remove(path: &Path) {
    let mut names = vec![path.to_owned()];
    names.extend(BESIDE.iter().map(|ending| beside(path, ending)));
    for name in names {
        match fs::remove_file(&name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(file = %name.display(), %error, "a draft could not be removed");
            }
            _ => {}
        }
    }
}

/// What SQLite keeps beside a file, whether it is there or not.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Drafts in a directory that nobody can be at work on any more.
pub(crate) fn abandoned(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().contains(".draft") {
            continue;
        }
        let touched = entry.metadata()?.modified()?;
        if SystemTime::now().duration_since(touched).unwrap_or_default() > ABANDONED {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Removes drafts that were left by a process that was ended.
pub(crate) fn sweep(directory: &Path) -> io::Result<()> {
    for path in abandoned(directory)? {
        tracing::info!(file = %path.display(), "a draft that was left is removed");
        fs::remove_file(path)?;
    }
    Ok(())
}

fn sync_directory(of: &Path) -> io::Result<()> {
    File::open(of.parent().unwrap_or(Path::new(".")))?.sync_all()
}
