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

async fn run(world: &World) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (end, ended) = oneshot::channel();
    let options = ServeOptions {
        notice: Duration::ZERO,
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
    loop {
        let read = stream.read(&mut buffer).await.unwrap();
        answer.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&answer);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if read == 0 || length.is_none_or(|length| body.len() >= length.parse().unwrap()) {
            return text.into_owned();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_kept_and_end_gracefully() {
    let world = World::start().await;
    let Running { address, end, server } = run(&world).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    for _ in 0..3 {
        let answer = ask(&mut stream, "GET /notes HTTP/1.1\r\nHost: silk.stoa.test\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with("<h1>Notes of silk</h1>"), "{answer}");
    }
    let answer = ask(
        &mut stream,
        "HEAD /notes HTTP/1.1\r\nHost: silk.stoa.test\r\n\r\n",
    )
    .await;
    assert!(
        answer.contains("content-length: 22\r\n") && answer.ends_with("\r\n\r\n"),
        "{answer}"
    );

    // The head of a request is on its way when the end comes; it is answered all the same.
    stream.write_all(b"GET /readyz HTTP/1.1\r\n").await.unwrap();
    let mut first = TcpStream::connect(address).await.unwrap();
    ask(&mut first, "GET /healthz HTTP/1.1\r\nHost: x.test\r\n\r\n").await;
    end.send(()).unwrap();
    let answer = ask(&mut stream, "Host: silk.stoa.test\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    server.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_http_is_refused() {
    let world = World::start().await;
    let Running { address, .. } = run(&world).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let answer = ask(&mut stream, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let smuggled =
        "POST / HTTP/1.1\r\nHost: silk.stoa.test\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n";
    assert!(ask(&mut stream, smuggled).await.starts_with("HTTP/1.1 400"));
}
