//! `stoa serve`: one process serves a data directory, on loopback only unless something in front speaks TLS.

use std::{
    fs::{File, TryLockError, create_dir_all},
    io::IsTerminal as _,
};

use anyhow::{Context, Result, bail};
use stoa::{Settings, Stoa};
use tokio::signal::unix::{SignalKind, signal};

use super::say;

pub(crate) async fn serve(settings: &Settings) -> Result<()> {
    require_loopback(settings)?;
    let _directory = claim(settings)?;
    let stoa = Stoa::open(settings).await?;
    announce(&stoa)?;
    serve_opened(&stoa, settings).await
}

pub(super) async fn serve_opened(stoa: &Stoa, settings: &Settings) -> Result<()> {
    stoa.serve(settings.listen, end_asked_for()?).await
}

fn announce(stoa: &Stoa) -> Result<()> {
    if std::io::stdout().is_terminal() {
        say(&format!("The platform: {}/", stoa.config().subdomain_url("app")))?;
    }
    Ok(())
}

/// Sessions and carts travel in cookies: without TLS they would be readable on the way.
pub(super) fn require_loopback(settings: &Settings) -> Result<()> {
    if settings.listen.ip().is_loopback() {
        return Ok(());
    }
    bail!(
        "{} is not a loopback address, and plain http must not leave this machine: cookies and passwords would be \
         readable on the way. Listen on 127.0.0.1 and put a proxy that speaks TLS in front",
        settings.listen
    )
}

/// Holds the data directory for this process; the lock goes when the process does.
pub(super) fn claim(settings: &Settings) -> Result<Option<File>> {
    if settings.database_url.is_some() {
        return Ok(None);
    }
    create_dir_all(&settings.data).with_context(|| format!("making {}", settings.data.display()))?;
    let path = settings.data.join("serve.lock");
    let file = File::options()
        .create(true)
        .append(true)
        .open(&path)
        .with_context(|| path.display().to_string())?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("locking {}", path.display())),
        Err(TryLockError::WouldBlock) => bail!(
            "another process serves {} already; stop it first, or name another directory with --data",
            settings.data.display()
        ),
    }
}

/// Completes on SIGTERM or SIGINT.
fn end_asked_for() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
