//! What the log holds, and what it never does (ATK-P7).

use std::{
    io,
    sync::{Arc, Mutex, OnceLock},
};

use tracing_subscriber::fmt::MakeWriter;

use crate::world::{Reply, World};

/// All that any test of this process logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(log.clone())
            .init();
        log
    })
}

/// The line of a request in the access log.
fn line(reply: &Reply) -> String {
    let text = String::from_utf8(log().0.lock().unwrap().clone()).unwrap();
    let id = format!("request=\"{}\"", reply.header("x-request-id"));
    let mut lines = text
        .lines()
        .filter(|line| line.contains("stoa::access") && line.contains(&id));
    let line = lines.next().unwrap().to_owned();
    assert_eq!(lines.next(), None, "one line per request");
    line
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_s_line_names_its_route() {
    log();
    let world = World::start().await;
    let (_, reader) = world.directory.add_user(Some(world.silk), &["notes.read"]);
    let missing = "app.stoa.test/api/tenant/silk/notes/not_01kag2w3x4e5f6g7h8j9k0m1n2";
    let reply = world.get(missing).signed_in(&reader).send().await;
    let said = line(&reply);
    for part in [
        "method=\"GET\"",
        "route=\"/api/notes/{id}\"",
        "tenant=\"silk\"",
        "status=500",
        "micros=",
    ] {
        assert_eq!(said.matches(part).count(), 1, "{part}: {said}");
    }
    let first = world.get("silk.stoa.test/notes").send().await;
    assert!(line(&first).contains("route=\"/notes\""));
    let kept = world.get("silk.stoa.test/notes").send().await;
    assert!(
        line(&kept).contains("route=\"/notes\" tenant=\"silk\" status=200"),
        "{}",
        line(&kept)
    );
    let nobody = world.get("nobody.test/").send().await;
    assert!(
        line(&nobody).contains("route=\"-\" status=404"),
        "{}",
        line(&nobody)
    );
}

/// ATK-P7: the log holds patterns of routes; what clients write, and with what they sign in, it does not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_and_what_clients_write_are_not_logged() {
    log();
    let world = World::start().await;
    let (_, writer) = world.directory.add_user(Some(world.silk), &["notes.write"]);
    let url = "app.stoa.test/api/tenant/silk/notes?canary-query=1";
    let reply = world
        .post(url)
        .signed_in(&writer)
        .header("user-agent", "canary-agent")
        .json("{\"title\":\"canary-title\"}")
        .send()
        .await;
    assert_eq!(reply.status, 201);
    for path in ["canary-path", "x%0d%0acanary-forgery", "%22canary-quote"] {
        world.get(&format!("silk.stoa.test/{path}")).send().await;
    }
    world
        .get("silk.stoa.test/notes")
        .header("x-request-id", "canary-id")
        .send()
        .await;
    let text = String::from_utf8(log().0.lock().unwrap().clone()).unwrap();
    let own = [
        "canary-query",
        "canary-agent",
        "canary-title",
        "canary-path",
        "canary-forgery",
        "canary-quote",
        "canary-id",
        writer.as_str(),
    ];
    for canary in own {
        assert!(!text.contains(canary), "{canary}");
    }
}
