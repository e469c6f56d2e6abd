//! Without a mail server, letters become files in a directory: for trying things out, and for tests.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use futures_util::future::try_join_all;
use stoa_db::JobId;
use tokio::task::spawn_blocking;

/// Writes the mail whole or not at all, for its owner's eyes only. Written again it replaces itself. It is not safe before
/// [`sync`].
pub(crate) async fn keep(outbox: &Path, id: JobId, mail: Vec<u8>) -> io::Result<()> {
    let (outbox, kept) = (outbox.to_owned(), place(outbox, id));
    aside(move || {
        DirBuilder::new().recursive(true).mode(0o700).create(&outbox)?;
        let draft = outbox.join(format!(".{id}.draft"));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)?;
        file.write_all(&mail)?;
        fs::rename(&draft, kept)
    })
    .await
}

/// Waits until these mails are on the disk. All at once, since the file system writes down together what is asked for together.
pub(crate) async fn sync(outbox: &Path, ids: Vec<JobId>) -> io::Result<()> {
    let mails = ids.into_iter().map(|id| place(outbox, id));
    try_join_all(mails.map(|mail| aside(move || File::open(mail)?.sync_all()))).await?;
    let outbox = outbox.to_owned();
    aside(move || File::open(outbox)?.sync_all()).await
}

fn place(outbox: &Path, id: JobId) -> PathBuf {
    outbox.join(format!("{id}.eml"))
}

async fn aside<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}
