//! Clients that send too slowly, too much, or other than they said; and such as do not read.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, future::join_all, stream};
use stoa_http::{Patience, ServeOptions};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    serving::{Running, ask, at_once, run},
    world::{World, assert_outcome},
};

const HEALTHY: &str = "GET /healthz HTTP/1.1\r\nHost: x.test\r\n\r\n";
const LIMIT: usize = 2 * 1024 * 1024;

fn impatient() -> ServeOptions {
    ServeOptions {
        connections: 400,
        connections_per_peer: 400,
        patience: Patience {
            head: Duration::from_millis(300),
            body: Duration::from_millis(300),
            answer: Duration::from_millis(300),
        },
        ..at_once()
    }
}

fn post(length: &str) -> String {
    format!(
        "POST /api/guest HTTP/1.1\r\nHost: silk.stoa.test\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
    )
}

/// Sends a beginning, then waits for what the server makes of it.
async fn begin(address: std::net::SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that is reset says no more than one that is closed.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

/// FLT-6: hundreds of clients that never finish what they began are cut off, while others are served.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_clients_are_cut_off_and_others_served() {
    let world = World::start().await;
    let Running {
        address, end: _end, ..
    } = run(&world, impatient()).await;
    let heads = (0..150).map(|_| begin(address, "GET / HTTP/1.1\r\nHost: silk"));
    let begun = post("Content-Length: 11") + "{\"wor";
    let bodies = (0..150).map(|_| begin(address, &begun));
    let served = async {
        for _ in 0..20 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            assert!(ask(&mut stream, HEALTHY).await.starts_with("HTTP/1.1 200"));
        }
    };
    let (heads, bodies, ()) = tokio::join!(join_all(heads), join_all(bodies), served);
    assert!(heads.iter().all(|answer| !answer.contains(" 200 ")));
    for answer in bodies {
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains("\"code\":\"request.timeout\""), "{answer}");
    }
}

/// A connection that nothing comes through is given to others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_are_closed() {
    let world = World::start().await;
    let Running {
        address, end: _end, ..
    } = run(&world, impatient()).await;
    let answer = begin(address, HEALTHY).await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok\n"),
        "{answer}"
    );
    assert_eq!(begin(address, "").await, "");
}

/// FLT-6: whoever does not read what they asked for makes room for others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_do_not_read_are_cut_off() {
    let world = World::start().await;
    let options = ServeOptions {
        connections: 1,
        ..impatient()
    };
    let Running {
        address, end: _end, ..
    } = run(&world, options).await;
    let mut deaf = TcpStream::connect(address).await.unwrap();
    let large = "GET /large HTTP/1.1\r\nHost: silk.stoa.test\r\n\r\n";
    deaf.write_all(large.repeat(8).as_bytes()).await.unwrap();
    // The only place is the first one's until it is cut off.
    let mut other = TcpStream::connect(address).await.unwrap();
    assert!(ask(&mut other, HEALTHY).await.starts_with("HTTP/1.1 200"));
    let mut rest = Vec::new();
    let _ = deaf.read_to_end(&mut rest).await;
    assert!(rest.len() < 8 * 8 * 1024 * 1024, "not all of it was sent");
}

/// FLT-7: of a body without end no more is taken than a body may have.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endless_bodies_are_cut_off() {
    let world = World::start().await;
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&taken);
    let endless = stream::repeat_with(move || {
        let chunk = Bytes::from(vec![b' '; 16 * 1024]);
        counted.fetch_add(chunk.len(), Ordering::SeqCst);
        Ok::<_, Infallible>(chunk)
    });
    let reply = world
        .post("silk.stoa.test/api/guest")
        .json("")
        .body(Body::from_stream(endless))
        .send()
        .await;
    assert_outcome(&reply, 413, "request.too_large");
    assert!(taken.load(Ordering::SeqCst) <= LIMIT + 16 * 1024);
    let fits = stream::iter([
        Ok::<_, Infallible>(" ".repeat(LIMIT - 11)),
        Ok("{\"worth\":1}".to_owned()),
    ]);
    let fits = Body::from_stream(fits.map(|part| part.map(Bytes::from)));
    let reply = world
        .post("silk.stoa.test/api/guest")
        .json("")
        .body(fits)
        .send()
        .await;
    assert_eq!(reply.status, 200);
}

/// FLT-7: the same through a socket, where it is chunked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endless_chunks_are_cut_off() {
    let world = World::start().await;
    let Running {
        address, end: _end, ..
    } = run(&world, impatient()).await;
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut from, mut to) = stream.into_split();
    let head = post("Transfer-Encoding: chunked");
    let writing = tokio::spawn(async move {
        to.write_all(head.as_bytes()).await.unwrap();
        let chunk = format!("4000\r\n{}\r\n", " ".repeat(0x4000));
        while to.write_all(chunk.as_bytes()).await.is_ok() {}
    });
    let mut answer = vec![0; 12];
    from.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 413");
    let _ = from.read_to_end(&mut answer).await;
    writing.await.unwrap();
}

/// FLT-7: a length that is not the body's gains nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lengths_that_lie_are_refused() {
    let world = World::start().await;
    let Running {
        address, end: _end, ..
    } = run(&world, impatient()).await;
    let huge = begin(address, &post("Content-Length: 10000000000")).await;
    assert!(huge.starts_with("HTTP/1.1 413"), "{huge}");
    let more = begin(
        address,
        &format!("{}{{\"worth\":1}}GARBAGE\r\n\r\n", post("Content-Length: 11")),
    )
    .await;
    assert!(
        more.starts_with("HTTP/1.1 200") && more.contains("HTTP/1.1 400"),
        "{more}"
    );
    let fewer = begin(address, &(post("Content-Length: 12") + "{\"worth\":1}")).await;
    assert!(fewer.starts_with("HTTP/1.1 408"), "{fewer}");
    let true_length = begin(address, &(post("Content-Length: 11") + "{\"worth\":1}")).await;
    assert!(true_length.starts_with("HTTP/1.1 200"), "{true_length}");
}
