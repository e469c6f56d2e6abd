//! Where the master key is: in the environment, or else in a file of the data directory that is made once.

use std::{
    env::{self, VarError},
    fs::{self, DirBuilder, File},
    io::{ErrorKind, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use anyhow::{Context, Result, bail};
use secrecy::ExposeSecret as _;
use stoa_core::Token;
use stoa_vault::MasterKey;

use super::secret;

const VARIABLE: &str = "STOA_MASTER_KEY";
const FILE: &str = "master.key";
const GONE: &str = "stores are here, and their master key is not: put the file back, or give the key by STOA_MASTER_KEY or \
                    STOA_MASTER_KEY_FILE. Another key cannot read what this one has sealed";

/// The key that the environment gives.
pub(super) fn given() -> Result<Option<MasterKey>> {
    let given = match env::var(VARIABLE) {
        Ok(text) => Some(text).filter(|text| !text.is_empty()),
        Err(VarError::NotPresent) => None,
        Err(VarError::NotUnicode(_)) => bail!("{VARIABLE} is no text"),
    };
    secret(given, "STOA_MASTER_KEY_FILE")?
        .map(|text| MasterKey::parse(&text))
        .transpose()
        .context("the master key that the environment gives")
}

/// The key of a data directory, made when there are neither key nor stores yet.
pub(super) fn of_directory(data: &Path) -> Result<MasterKey> {
    let file = data.join(FILE);
    // Asked before the key is: a process that starts at the same time makes its key before its stores.
    let has_stores = data.join("control.db").try_exists()?;
    if !file.try_exists()? {
        if has_stores {
            bail!("{}: {GONE}", file.display());
        }
        make(data, &file).with_context(|| format!("making {}", file.display()))?;
    }
    read(&file)
}

/// Of processes that do this at once, one makes the key of all: a link never replaces a file.
fn make(data: &Path, file: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(data)?;
    let draft = data.join(format!("{FILE}.{}.draft", Token::random().as_str()));
    let mut open = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    writeln!(open, "{}", MasterKey::generate().to_text().expose_secret())?;
    open.sync_all()?;
    let linked = fs::hard_link(&draft, file);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error.into()),
        Err(_) => {}
        Ok(()) => {
            tracing::info!(file = %file.display(), "made a master key; keep a copy of it apart from backups")
        }
    }
    Ok(File::open(data)?.sync_all()?)
}

fn read(file: &Path) -> Result<MasterKey> {
    let mode = fs::metadata(file)
        .with_context(|| file.display().to_string())?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        bail!(
            "others may read {0}: take that away with `chmod 600 {0}`",
            file.display()
        );
    }
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    MasterKey::parse(&text).with_context(|| {
        format!(
            "{} is damaged: put a copy of it back, since another key cannot read what this one has sealed",
            file.display()
        )
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails where its set-up does")]

    use std::{fs::Permissions, thread};

    use stoa_vault::Vault;
    use tempfile::tempdir;

    use super::*;

    fn fingerprint(data: &Path) -> Result<[u8; 32]> {
        of_directory(data).map(|key| Vault::new(&key).fingerprint())
    }

    #[track_caller]
    fn check_refused(data: &Path, because: &str) {
        let error = of_directory(data).unwrap_err().to_string();
        assert!(error.contains(because), "{error}");
    }

    #[test]
    fn a_key_is_made_once_and_for_its_owner_alone() {
        let home = tempdir().unwrap();
        let data = home.path().join("data");
        let made: Vec<_> = thread::scope(|scope| {
            let starting: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| fingerprint(&data).unwrap()))
                .collect();
            starting.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(made.iter().all(|one| *one == made[0]));
        let files: Vec<_> = fs::read_dir(&data).unwrap().map(|file| file.unwrap()).collect();
        assert_eq!(files.len(), 1, "drafts are left: {files:?}");
        assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);

        fs::write(data.join("control.db"), "").unwrap();
        assert_eq!(fingerprint(&data).unwrap(), made[0]);
    }

    #[test]
    fn what_is_no_key_any_more_is_refused_and_left_alone() {
        let home = tempdir().unwrap();
        let file = home.path().join(FILE);
        of_directory(home.path()).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        check_refused(home.path(), "chmod 600");
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        fs::write(&file, "half a k").unwrap();
        check_refused(home.path(), "is damaged: put a copy of it back");
        assert_eq!(fs::read_to_string(&file).unwrap(), "half a k");

        fs::remove_file(&file).unwrap();
        fs::write(home.path().join("control.db"), "").unwrap();
        check_refused(home.path(), "their master key is not");
        assert!(!file.exists());
    }
}
