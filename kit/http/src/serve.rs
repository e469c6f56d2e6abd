//! Accepts connections until told to end, then lets what is under way end.

mod paced;
mod patient;
mod peers;

use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};

use self::{
    paced::Paced,
    patient::Patient,
    peers::{Peers, Place},
};
use crate::{Gateway, Peer};

pub(crate) use paced::TooSlow;

/// What a request's head may take, and what is buffered per connection.
const BUFFER: usize = 64 * 1024;
/// When the process has no file descriptors left, waiting is all that helps.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How the server treats its connections.
#[derive(Debug, Clone, Copy)]
pub struct ServeOptions {
    /// As many are served at once; more wait in the system's queue until one ends.
    pub connections: usize,
    /// So many of one peer; a further one is closed. Trusted proxies may have more.
    pub connections_per_peer: usize,
    pub patience: Patience,
    /// How long `/readyz` says no before the server stops accepting.
    pub notice: Duration,
    /// How long requests under way may take to end.
    pub drain: Duration,
}

/// How long a client is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the head of a request, and for the next request of a connection.
    pub head: Duration,
    /// For the body of a request, in which nothing or very little comes.
    pub body: Duration,
    /// For a client to read on in its answer.
    pub answer: Duration,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            connections: 8192,
            connections_per_peer: 256,
            patience: Patience::default(),
            notice: Duration::from_millis(500),
            drain: Duration::from_secs(30),
        }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body: Duration::from_secs(10),
            answer: Duration::from_secs(30),
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
        peers: Peers::new(options.connections_per_peer),
        patience: options.patience,
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
                Ok((stream, from, permit)) => server.open(stream, from, permit),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    let gateway = server.gateway.clone();
    let ended = async {
        server.graceful.shutdown().await;
        gateway.settled().await;
    };
    if timeout(options.drain, ended).await.is_err() {
        tracing::warn!("requests under way were cut off");
    }
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    loop {
        match listener.accept().await {
            Ok((stream, from)) => return Ok((stream, from, permit)),
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
    peers: Peers,
    patience: Patience,
}

impl Server {
    fn open(&self, stream: TcpStream, from: SocketAddr, permit: OwnedSemaphorePermit) {
        if self.gateway.state().config().proxies().contains(from.ip()) {
            self.spawn(stream, from, permit, None);
        } else if let Some(place) = self.peers.place(Peer::new(from.ip())) {
            self.spawn(stream, from, permit, Some(place));
        } else {
            metrics::counter!("stoa_connections_refused_total").increment(1);
            tracing::debug!("a peer has too many connections");
        }
    }

    fn spawn(&self, stream: TcpStream, from: SocketAddr, permit: OwnedSemaphorePermit, place: Option<Place>) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection is slower than it could be");
        }
        let gateway = self.gateway.clone();
        let Patience { head, body, answer } = self.patience;
        let open = Open::new();
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(head)
            .max_buf_size(BUFFER)
            .serve_connection(
                TokioIo::new(Patient::new(stream, answer)),
                service_fn(move |request: Request<Incoming>| {
                    gateway.handle(request.map(|sent| Paced::new(sent, body)), from.ip())
                }),
            );
        let watched = self.graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection broke");
            }
            drop((permit, place, open));
        });
    }
}

/// Counts an open connection.
struct Open;

impl Open {
    fn new() -> Self {
        metrics::gauge!("stoa_connections").increment(1);
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        metrics::gauge!("stoa_connections").decrement(1);
    }
}
