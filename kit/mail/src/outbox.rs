//! Without a mail server, letters become files in a directory: for trying things out, and for tests.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

use stoa_db::JobId;
use tokio::task::spawn_blocking;

/// Writes the mail whole or not at all, for its owner's eyes only. Written again it replaces itself.
pub(crate) async fn keep(outbox: &Path, id: JobId, mail: Vec<u8>) -> io::Result<()> {
    let outbox = outbox.to_owned();
    // As one piece of work: each step of its own would be handed to another thread and back.
    let write = move || {
        DirBuilder::new().recursive(true).mode(0o700).create(&outbox)?;
        let draft = outbox.join(format!(".{id}.draft"));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)?;
        file.write_all(&mail)?;
        file.sync_all()?;
        fs::rename(&draft, outbox.join(format!("{id}.eml")))
    };
    spawn_blocking(write).await.map_err(io::Error::other)?
}
