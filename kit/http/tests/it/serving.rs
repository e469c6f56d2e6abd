//! The server on a real socket.

use std::{net::SocketAddr, time::Duration};

use stoa_http::{ServeOptions, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use crate::{modules::SLOW, world::World};

pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) end: oneshot::Sender<()>,
    pub(crate) server: JoinHandle<std::io::Result<()>>,
}

fn notice(notice: Duration) -> ServeOptions {
    ServeOptions {
        notice,
        ..ServeOptions::default()
    }
}

/// Without notice before the end.
pub(crate) fn at_once() -> ServeOptions {
    notice(Duration::ZERO)
}

pub(crate) async fn run(world: &World, options: ServeOptions) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (end, ended) = oneshot::channel();
    let shutdown = async {
        let _ = ended.await;
    };
    let server = tokio::spawn(serve(listener, world.gateway.clone(), options, shutdown));
    Running { address, end, server }
}

pub(crate) async fn ask(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&String::from_utf8_lossy(&answer)) {
        let read = stream.read(&mut buffer).await.unwrap();
        if read == 0 {
            break;
        }
        answer.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8(answer).unwrap()
}

fn is_whole(answer: &str) -> bool {
    let Some((head, body)) = answer.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    length.is_none_or(|length| body.len() >= length.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_kept() {
    let world = World::start().await;
    let Running {
        address, end: _end, ..
    } = run(&world, at_once()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    for _ in 0..3 {
        let answer = ask(&mut stream, "GET /notes HTTP/1.1\r\nHost: silk.stoa.test\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with("<h1>Notes of silk</h1>"), "{answer}");
    }
    stream
        .write_all(b"HEAD /notes HTTP/1.1\r\nHost: silk.stoa.test\r\n\r\n")
        .await
        .unwrap();
    let answer = ask(&mut stream, "GET /healthz HTTP/1.1\r\nHost: x.test\r\n\r\n").await;
    assert!(answer.contains("content-length: 22\r\n"), "{answer}");
    assert!(!answer.contains("<h1>"), "{answer}");
}

/// FLT-17
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_under_way_may_end() {
    let world = World::start().await;
    let Running { address, end, server } = run(&world, at_once()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "POST /api/guest HTTP/1.1\r\nHost: silk.stoa.test\r\nExpect: 100-continue\r\n\
                Content-Type: application/json\r\nContent-Length: 11\r\n\r\n";
    // The server asks for the body: its handler is at work.
    assert!(ask(&mut stream, head).await.starts_with("HTTP/1.1 100"));
    end.send(()).unwrap();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let answer = ask(&mut stream, "{\"worth\":7}").await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("{\"worth\":7}"),
        "{answer}"
    );
    server.await.unwrap().unwrap();
}

/// FLT-17: a write is finished before the server ends, also when nobody waits for its answer any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_under_way_ends_without_its_client() {
    let world = World::start().await;
    let Running { address, end, server } = run(&world, at_once()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let slow = "POST /api/slow HTTP/1.1\r\nHost: silk.stoa.test\r\nContent-Length: 0\r\n\r\n";
    stream.write_all(slow.as_bytes()).await.unwrap();
    SLOW.begun.notified().await;
    drop(stream);
    end.send(()).unwrap();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!server.is_finished() && !SLOW.is_done());
    SLOW.go_on.notify_one();
    server.await.unwrap().unwrap();
    assert!(SLOW.is_done());
}

/// FLT-17: there is an end to waiting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_end_is_cut_off() {
    let world = World::start().await;
    let options = ServeOptions {
        drain: Duration::from_millis(10),
        ..at_once()
    };
    let Running { address, end, server } = run(&world, options).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "POST /api/guest HTTP/1.1\r\nHost: silk.stoa.test\r\nExpect: 100-continue\r\n\
                Content-Type: application/json\r\nContent-Length: 11\r\n\r\n";
    assert!(ask(&mut stream, head).await.starts_with("HTTP/1.1 100"));
    end.send(()).unwrap();
    server.await.unwrap().unwrap();
}

/// One peer has no more than its share of connections.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_has_so_many_connections() {
    let world = World::start().await;
    let options = ServeOptions {
        connections_per_peer: 2,
        ..at_once()
    };
    let Running {
        address, end: _end, ..
    } = run(&world, options).await;
    let healthy = "GET /healthz HTTP/1.1\r\nHost: x.test\r\n\r\n";
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        assert!(ask(&mut stream, healthy).await.starts_with("HTTP/1.1 200"));
        open.push(stream);
    }
    let mut third = TcpStream::connect(address).await.unwrap();
    assert!(matches!(third.read(&mut [0; 1]).await, Ok(0) | Err(_)), "closed");
    open.pop();
    // The server hears of it in its own time.
    loop {
        let mut again = TcpStream::connect(address).await.unwrap();
        let sent = again.write_all(healthy.as_bytes()).await;
        if sent.is_ok() && again.read(&mut [0; 64]).await.is_ok_and(|read| read > 0) {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_goes_first() {
    let world = World::start().await;
    let Running { address, end, server } = run(&world, notice(Duration::from_secs(600))).await;
    let ready = async || {
        let mut stream = TcpStream::connect(address).await.unwrap();
        ask(&mut stream, "GET /readyz HTTP/1.1\r\nHost: x.test\r\n\r\n").await
    };
    assert!(ready().await.starts_with("HTTP/1.1 200"));
    end.send(()).unwrap();
    while ready().await.starts_with("HTTP/1.1 200") {}
    assert!(ready().await.starts_with("HTTP/1.1 503"));
    server.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_http_is_refused() {
    let world = World::start().await;
    let Running {
        address, end: _end, ..
    } = run(&world, at_once()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let answer = ask(&mut stream, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let smuggled =
        "POST / HTTP/1.1\r\nHost: silk.stoa.test\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n";
    assert!(ask(&mut stream, smuggled).await.starts_with("HTTP/1.1 400"));
}
