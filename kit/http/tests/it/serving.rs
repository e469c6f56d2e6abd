//! The server on a real socket.

use std::{net::SocketAddr, time::Duration};

use stoa_http::{ServeOptions, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use crate::world::World;

struct Running {
    address: SocketAddr,
    end: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

async fn run(world: &World, notice: Duration) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (end, ended) = oneshot::channel();
    let options = ServeOptions {
        notice,
        ..ServeOptions::default()
    };
    let shutdown = async {
        let _ = ended.await;
    };
    let server = tokio::spawn(serve(listener, world.gateway.clone(), options, shutdown));
    Running { address, end, server }
}

async fn ask(stream: &mut TcpStream, request: &str) -> String {
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
    } = run(&world, Duration::ZERO).await;
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
    let Running { address, end, server } = run(&world, Duration::ZERO).await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_goes_first() {
    let world = World::start().await;
    let Running { address, end, server } = run(&world, Duration::from_secs(600)).await;
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
    } = run(&world, Duration::ZERO).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let answer = ask(&mut stream, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let smuggled =
        "POST / HTTP/1.1\r\nHost: silk.stoa.test\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n";
    assert!(ask(&mut stream, smuggled).await.starts_with("HTTP/1.1 400"));
}
