//! `stoa serve`: one process serves a data directory, on loopback only unless something in front speaks TLS.

use std::io::IsTerminal as _;

use anyhow::{Result, bail};
use stoa::{Settings, Stoa};
use tokio::signal::unix::{SignalKind, signal};

use super::{
    control::Control,
    data_directory::{Claim, DataDirectory},
    screen::Screen,
    terminal::Line,
};

pub(crate) async fn run(settings: &Settings) -> Result<()> {
    require_loopback(settings)?;
    let directory = hold(settings).await?;
    let stoa = Stoa::open(settings).await?;
    announce(&stoa)?;
    serve_opened(&stoa, settings, directory).await
}

/// Serves websites and API until told to end, and takes commands beside, where no other process can reach the stores.
pub(super) async fn serve_opened(
    stoa: &Stoa,
    settings: &Settings,
    directory: Option<DataDirectory>,
) -> Result<()> {
    let end = end_asked_for()?;
    stoa.finish_what_was_cut_short().await?;
    let control = match &directory {
        Some(directory) => Some(Control::start(directory, stoa)?),
        None => None,
    };
    let served = stoa.serve(settings.serving(), end).await;
    if let Some(control) = control {
        control.end().await?;
    }
    served
}

fn announce(stoa: &Stoa) -> Result<()> {
    if std::io::stdout().is_terminal() {
        let url = stoa.config().subdomain_url("app");
        Screen::default().print(&Line::Out(format!("The platform: {url}/")))?;
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

/// Holds the data directory for this process, where the stores are files.
pub(super) async fn hold(settings: &Settings) -> Result<Option<DataDirectory>> {
    if settings.database_url.is_some() {
        return Ok(None);
    }
    match DataDirectory::claim(&settings.data).await? {
        Claim::Held(directory) => Ok(Some(directory)),
        Claim::Served(_) => bail!(
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
