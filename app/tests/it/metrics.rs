//! What the operator's port shows of what visitors do.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
};

use stoa_testing::unique;

use crate::installation::{Installation, Server};

fn metrics(address: SocketAddr) -> String {
    let mut socket = TcpStream::connect(address).unwrap();
    write!(
        socket,
        "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

fn free_address() -> SocketAddr {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap()
}

/// ATK-P7: metrics count by patterns of routes; what visitors write stands nowhere, nor whose shop it is unless asked.
#[test]
fn metrics_count_routes() {
    let installation = Installation::on_sqlite();
    let (slug, quiet) = (unique("busy"), unique("quiet"));
    installation.open_shop(&slug);
    installation.open_shop(&quiet);
    let address = free_address();
    let listen = address.to_string();
    let server = Server::start_with(&installation, &["--metrics-listen", &listen]);
    for path in [
        "/",
        "/",
        "/canary-path",
        "/api/tenants/canary-tenant?canary-query=1",
    ] {
        server.get(&slug, path);
    }
    let shown = metrics(address);
    for part in [
        "stoa_http_requests_total{method=\"GET\",route=\"/\",status=\"2xx\"} 2\n",
        "stoa_http_request_seconds_count{route=\"/\"} 2\n",
        "stoa_page_cache_hits_total ",
        "stoa_page_cache_misses_total ",
        "stoa_connections ",
        "engine=\"sqlite\"",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("canary") && !shown.contains(&slug), "{shown}");
    assert_eq!(server.get(&slug, "/metrics").0, 404, "not where visitors are");
    assert_eq!(server.end(), Some(0));

    let flags = ["--metrics-listen", &listen, "--metrics-top-tenants", "1"];
    let server = Server::start_with(&installation, &flags);
    server.get(&quiet, "/");
    server.get(&slug, "/");
    server.get(&slug, "/");
    let shown = metrics(address);
    for part in [
        format!("stoa_tenant_requests{{tenant=\"{slug}\"}} 2\n"),
        "stoa_tenant_requests{tenant=\"other\"} 1\n".to_owned(),
        format!("stoa_tenant_seconds{{tenant=\"{slug}\"}} "),
    ] {
        assert!(shown.contains(&part), "{part}: {shown}");
    }
    assert!(!shown.contains(&quiet), "{shown}");
}
