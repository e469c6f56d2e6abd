//! Server-sent events, read one by one.

use axum::{
    body::{Body, HttpBody as _},
    response::Response,
};
use http::{HeaderMap, header::CONTENT_TYPE};
use http_body_util::BodyExt as _;

/// A stream of events that goes on until the server ends it.
#[derive(Debug)]
pub struct Events {
    pub headers: HeaderMap,
    body: Body,
    read: String,
}

/// One event, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub id: String,
    pub kind: String,
    pub data: String,
}

impl Events {
    pub(super) fn of(response: Response) -> Self {
        let (head, body) = response.into_parts();
        assert!(
            is_events(&head.headers),
            "{}: {:?} is no stream of events",
            head.status,
            head.headers
        );
        Self {
            headers: head.headers,
            body,
            read: String::new(),
        }
    }

    /// The next event; none when the stream has ended. Comments are passed over.
    ///
    /// # Panics
    /// When the stream breaks off.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.read.split_once("\n\n") {
                let event = event(block);
                self.read = rest.to_owned();
                if event.is_some() {
                    return event;
                }
            }
            if self.body.is_end_stream() {
                return None;
            }
            let frame = self.body.frame().await?.expect("the stream goes on");
            if let Ok(bytes) = frame.into_data() {
                self.read.push_str(&String::from_utf8_lossy(&bytes));
            }
        }
    }
}

fn event(block: &str) -> Option<Event> {
    let field = |name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim_start().to_owned())
    };
    Some(Event {
        id: field("id:")?,
        kind: field("event:")?,
        data: field("data:")?,
    })
}

pub(super) fn is_events(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"))
}
