//! Where the control socket is: in the data directory, however long its path is.

use std::{
    fs::{self, File, Permissions},
    io,
    os::unix::{fs::PermissionsExt as _, net::UnixStream},
    path::{Path, PathBuf},
};

use tokio::net::UnixListener;

const NAME: &str = "control.sock";

/// Of the 108 bytes that a socket's address holds, and the 104 of other systems.
const LONGEST: usize = 100;

/// What to call the socket by, for as long as this is there.
struct Address {
    path: PathBuf,
    _directory: Option<File>,
}

/// Reaches whoever listens there.
pub(crate) fn connect(directory: &Path) -> io::Result<UnixStream> {
    let address = Address::of(directory)?;
    UnixStream::connect(&address.path)
}

/// Listens there; only the operator's account may connect. A socket that is there is a dead process's.
pub(crate) fn bind(directory: &Path) -> io::Result<UnixListener> {
    remove(directory)?;
    let address = Address::of(directory)?;
    let listener = UnixListener::bind(&address.path)?;
    fs::set_permissions(directory.join(NAME), Permissions::from_mode(0o600))?;
    Ok(listener)
}

pub(crate) fn remove(directory: &Path) -> io::Result<()> {
    match fs::remove_file(directory.join(NAME)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl Address {
    fn of(directory: &Path) -> io::Result<Self> {
        let path = directory.join(NAME);
        match path.as_os_str().len() {
            ..=LONGEST => Ok(Self {
                path,
                _directory: None,
            }),
            _ => through_open(directory, path),
        }
    }
}

/// An open directory has a short path on Linux.
#[cfg(target_os = "linux")]
fn through_open(directory: &Path, _: PathBuf) -> io::Result<Address> {
    use std::os::fd::AsRawFd as _;
    let opened = File::open(directory)?;
    Ok(Address {
        path: PathBuf::from(format!("/proc/self/fd/{}/{NAME}", opened.as_raw_fd())),
        _directory: Some(opened),
    })
}

/// Elsewhere the system refuses what is too long.
#[cfg(not(target_os = "linux"))]
fn through_open(_: &Path, path: PathBuf) -> io::Result<Address> {
    Ok(Address {
        path,
        _directory: None,
    })
}
