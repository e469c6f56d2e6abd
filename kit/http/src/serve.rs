//! Accepts connections until told to end, then lets what is under way end.

use std::{io, pin::pin, sync::Arc, time::Duration};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};

use crate::Gateway;

/// A client that takes longer to send a request's head, or to send the next request, is cut off.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// What a request's head may take, and what is buffered per connection.
const BUFFER: usize = 64 * 1024;
/// When the process has no file descriptors left, waiting is all that helps.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How the server treats its connections.
#[derive(Debug, Clone, Copy)]
pub struct ServeOptions {
    /// As many are served at once; more wait in the system's queue until one ends.
    pub connections: usize,
    /// How long `/readyz` says no before the server stops accepting.
    pub notice: Duration,
    /// How long requests under way may take to end.
    pub drain: Duration,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            connections: 8192,
            notice: Duration::from_millis(500),
            drain: Duration::from_secs(30),
        }
    }
}

/// Serves until `shutdown` is ready. From then on `/readyz` says no; after the notice no connection is accepted, and
/// requests under way may end within the time to drain.
pub async fn serve(
    listener: TcpListener,
    gateway: Gateway,
    options: ServeOptions,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let server = Server {
        gateway,
        graceful: GracefulShutdown::new(),
        permits: Arc::new(Semaphore::new(options.connections)),
    };
    let mut end = pin!(async {
        shutdown.await;
        server.gateway.state().retire();
        sleep(options.notice).await;
    });
    loop {
        tokio::select! {
            () = &mut end => break,
            accepted = accept(&listener, &server.permits) => match accepted {
                Ok((stream, permit)) => server.spawn(stream, permit),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    if timeout(options.drain, server.graceful.shutdown()).await.is_err() {
        tracing::warn!("requests under way were cut off");
    }
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return Ok((stream, permit)),
            Err(error) if is_the_clients(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

/// The connection was over before it was accepted.
fn is_the_clients(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}

struct Server {
    gateway: Gateway,
    graceful: GracefulShutdown,
    permits: Arc<Semaphore>,
}

impl Server {
    fn spawn(&self, stream: TcpStream, permit: OwnedSemaphorePermit) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection is slower than it could be");
        }
        let gateway = self.gateway.clone();
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIME)
            .max_buf_size(BUFFER)
            .serve_connection(
                TokioIo::new(stream),
                service_fn(move |request| gateway.handle(request)),
            );
        let watched = self.graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection broke");
            }
            drop(permit);
        });
    }
}
