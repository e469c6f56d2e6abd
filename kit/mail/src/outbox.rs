//! Without a mail server, letters become files in a directory: for trying things out, and for tests.

use std::{
    io,
    path::{Path, PathBuf},
};

use stoa_db::JobId;
use tokio::{
    fs::{DirBuilder, OpenOptions, rename},
    io::AsyncWriteExt,
};

/// Writes the mail whole or not at all, for its owner's eyes only. Written again it replaces itself.
pub(crate) async fn keep(outbox: &Path, id: JobId, mail: &[u8]) -> io::Result<PathBuf> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(outbox)
        .await?;
    let draft = outbox.join(format!(".{id}.draft"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .await?;
    file.write_all(mail).await?;
    file.sync_all().await?;
    let kept = outbox.join(format!("{id}.eml"));
    rename(&draft, &kept).await?;
    Ok(kept)
}
