//! Files in the making: what is there under its own name is whole.

use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use uuid::Uuid;

/// What the name of a draft ends with; SQLite keeps files beside it that are named after it.
const ENDING: &str = ".draft";
/// What SQLite keeps beside a file.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// A file under a name that no other process uses, removed unless it is put in its place.
#[derive(Debug)]
pub(crate) struct Draft {
    path: PathBuf,
    /// Locked for as long as somebody is at work on it.
    file: File,
}

/// A draft that nobody is at work on any more, with what is beside it.
#[derive(Debug)]
pub(crate) struct Abandoned {
    pub(crate) files: Vec<PathBuf>,
    /// Held, so that nobody is at work on it again; the draft itself may be gone.
    _lock: Option<File>,
}

impl Draft {
    /// An empty file that nobody else may read.
    pub(crate) fn new(directory: &Path) -> io::Result<Self> {
        loop {
            let path = directory.join(format!("{}{ENDING}", Uuid::now_v7()));
            let file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)?;
            // Whoever sweeps the directory may have come before the lock: then it is gone again, or about to be.
            if try_lock(&file)? && path.exists() {
                return Ok(Self { path, file });
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name, in place of what has it. It is on the disk before. Nobody may have SQLite open the name
    /// before this returns.
    pub(crate) fn put(self, path: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, path)?;
        sync_directory(path)
    }

    /// Gives the file its name, unless another one has it by now. Nobody may have SQLite open the name before this returns.
    pub(crate) fn put_new(self, path: &Path) -> io::Result<()> {
        self.file.sync_all()?;
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

/// Drafts in a directory that nobody is at work on any more.
pub(crate) fn abandoned(directory: &Path) -> io::Result<Vec<Abandoned>> {
    let mut drafts = BTreeMap::<_, Vec<_>>::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if let Some(draft) = draft_of(&path) {
            drafts.entry(draft).or_default().push(path);
        }
    }
    let mut found = Vec::new();
    for (draft, files) in drafts {
        let lock = match File::open(&draft) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            opened => Some(opened?),
        };
        if lock.as_ref().map_or(Ok(true), try_lock)? {
            found.push(Abandoned { files, _lock: lock });
        }
    }
    Ok(found)
}

/// Removes drafts that were left by a process that was ended.
pub(crate) fn sweep_drafts(directory: &Path) -> io::Result<()> {
    for draft in abandoned(directory)? {
        for file in &draft.files {
            tracing::info!(file = %file.display(), "a draft that was left is removed");
            fs::remove_file(file)?;
        }
    }
    Ok(())
}

/// The draft that a file is, or is beside.
fn draft_of(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let end = name.rfind(ENDING)? + ENDING.len();
    Some(path.with_file_name(name.get(..end)?))
}

fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// A directory that nobody else on the machine may look into, by a path without links: SQLite follows none.
pub(crate) fn private_directory(path: &Path) -> io::Result<PathBuf> {
    if !path.exists() {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    }
    path.canonicalize()
}

fn sync_directory(of: &Path) -> io::Result<()> {
    File::open(of.parent().unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests;
