//! A large file over real sockets: it is never held whole, and a client that goes away leaves nothing of it.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::Value;
use stoa_testing::unique;

use crate::installation::{Installation, Server};

/// How long a row is, and how many of them make a file of 8 MiB and one of 56 MiB.
const ROW: usize = 256 * 1024;
const FEW: usize = 32;
const MANY: usize = 224;

const HEAD: &str = "--cut\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nproducts\r\n\
    --cut\r\nContent-Disposition: form-data; name=\"format\"\r\n\r\nshopify\r\n\
    --cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"large.csv\"\r\n\r\nTitle,Price,Note\n";

/// The most memory that a process has had, in KiB.
fn peak(server: &Server) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Sends a request's head and answers the socket.
fn begin(server: &Server, method: &str, path: &str, headers: &str) -> TcpStream {
    let mut socket = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    let port = server.port();
    write!(
        socket,
        "{method} {path} HTTP/1.1\r\nHost: app.localhost:{port}\r\nConnection: close\r\n{headers}\r\n\r\n"
    )
    .unwrap();
    socket
}

fn answer(mut socket: TcpStream) -> String {
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

fn body(answer: &str) -> Value {
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let start = body.find('{').unwrap_or_else(|| panic!("{answer}"));
    let end = body.rfind('}').unwrap();
    serde_json::from_str(&body[start..=end]).unwrap()
}

/// A session's cookie.
fn sign_in(server: &Server, email: &str, password: &str) -> String {
    let json = serde_json::json!({"email": email, "password": password}).to_string();
    let headers = format!("Content-Type: application/json\r\nContent-Length: {}", json.len());
    let mut socket = begin(server, "POST", "/api/auth/login", &headers);
    socket.write_all(json.as_bytes()).unwrap();
    let answer = answer(socket);
    let (_, rest) = answer
        .split_once("__Host-stoa=")
        .unwrap_or_else(|| panic!("{answer}"));
    format!("Cookie: __Host-stoa={}", rest.split(';').next().unwrap())
}

fn send_chunk(socket: &mut TcpStream, bytes: &[u8]) {
    write!(socket, "{:x}\r\n", bytes.len()).unwrap();
    socket.write_all(bytes).unwrap();
    socket.write_all(b"\r\n").unwrap();
}

#[test]
fn a_large_file_is_taken_in_as_it_arrives() {
    let installation = Installation::on_sqlite();
    let slug = unique("large");
    let shop = installation.open_shop(&slug);
    let email = shop["email"].as_str().unwrap();
    let server = Server::start(&installation);
    let cookie = sign_in(&server, email, shop["owner_password"].as_str().unwrap());
    let path = format!("/api/tenant/{slug}/imports");
    let headers =
        format!("{cookie}\r\nContent-Type: multipart/form-data; boundary=cut\r\nTransfer-Encoding: chunked");

    let import = |rows: usize| {
        let mut socket = begin(&server, "POST", &path, &headers);
        send_chunk(&mut socket, HEAD.as_bytes());
        for number in 0..rows {
            let row = format!("Thing {number},450,{}\n", "x".repeat(ROW));
            send_chunk(&mut socket, row.as_bytes());
        }
        send_chunk(&mut socket, b"\r\n--cut--\r\n");
        socket.write_all(b"0\r\n\r\n").unwrap();
        let sent = body(&answer(socket));
        assert!(
            sent["size"].as_u64().unwrap() > u64::try_from(rows * ROW).unwrap(),
            "{sent}"
        );
        let shown = format!("{path}/{}", sent["id"].as_str().unwrap());
        loop {
            let import = body(&answer(begin(&server, "GET", &shown, &cookie)));
            if import["state"] != "waiting" && import["state"] != "running" {
                assert_eq!(
                    (import["state"].as_str(), import["rows"].as_u64()),
                    (Some("done"), u64::try_from(rows).ok())
                );
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    };
    import(FEW);
    let before = peak(&server);
    import(MANY);
    let grown = peak(&server) - before;
    let more = (MANY - FEW) * ROW / 1024;
    assert!(
        grown < more / 2,
        "{grown} KiB more were held for a file with {more} KiB more"
    );

    // A client that goes away in the midst.
    let mut socket = begin(&server, "POST", &path, &headers);
    send_chunk(&mut socket, HEAD.as_bytes());
    send_chunk(&mut socket, "Thing,450,x\n".repeat(100_000).as_bytes());
    drop(socket);
    loop {
        let listed = body(&answer(begin(&server, "GET", &path, &cookie)));
        if listed["items"].as_array().unwrap().len() == 2 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
