//! `/events`: the journal as it grows, as server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

use axum::{
    Extension,
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use stoa_core::FieldErrors;
use stoa_db::JournalLine;
use stoa_http::{ApiError, Query, Scope};
use tokio::{
    sync::Notify,
    time::{Instant, sleep},
};
use utoipa::IntoParams;

use super::journal::JournalLineView;
use crate::{
    permissions::JournalRead,
    streams::{Place, Streams},
};

/// How often what other processes have written is looked for, and whether the reader still may read.
const POLL: Duration = Duration::from_secs(1);
/// A comment now and then keeps what stands between from taking the stream for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How many lines are read at a time.
const LINES: i64 = 100;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// The `seq` to go on after; without it, and without a `Last-Event-ID`, the stream starts now.
    #[param(example = 17)]
    after: Option<i64>,
}

/// The journal as it grows: each line as an event, its `seq` as the id and its kind as the name. The stream ends when its
/// reader's right to read does; a browser then comes back with `Last-Event-ID`, and misses nothing.
#[utoipa::path(
    get, path = "/events", tag = "journal",
    params(
        EventsQuery,
        ("Last-Event-ID" = Option<i64>, Header, description = "As `after`, which comes before it", example = 17),
    ),
    responses(
        (status = 200, content_type = "text/event-stream", body = String, example = "id: 18\nevent: order.placed\ndata: {}\n\n"),
        (status = 422, description = "`request.invalid`: what is to be gone on after is no number"),
        (status = 429, description = "`journal.too_many_streams`"),
    ),
    extensions(("x-permission" = json!("journal.read"))),
)]
pub(crate) async fn follow(
    scope: Scope<JournalRead>,
    Query(query): Query<EventsQuery>,
    Extension(streams): Extension<Streams>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let after = query
        .after
        .map_or_else(|| last_event(&headers), |after| Ok(Some(after)))?;
    let place = streams.take(scope.tenant.id, scope.actor())?;
    // Asked for before the head is read: what is written in between rings.
    let bell = scope.follow();
    let seq = match after {
        Some(seq) => seq,
        None => scope.read().await?.journal_head().await?,
    };
    let reader = Reader {
        scope,
        seq,
        bell,
        silent_since: None,
        _place: place,
    };
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/event-stream"),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store, no-transform"),
        ),
        // nginx passes on what it would otherwise gather.
        (
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ];
    let chunks = stream::unfold(reader, |reader| reader.next());
    Ok((headers, Body::from_stream(chunks)).into_response())
}

fn last_event(headers: &HeaderMap) -> Result<Option<i64>, FieldErrors> {
    let Some(value) = headers.get("last-event-id") else {
        return Ok(None);
    };
    let seq = value.to_str().ok().and_then(|text| text.parse().ok());
    seq.map(Some).ok_or_else(|| {
        let mut errors = FieldErrors::new();
        errors.add("Last-Event-ID", "events.last_id", "must be the id of an event");
        errors
    })
}

/// One who follows the journal, and how far they are.
struct Reader {
    scope: Scope<JournalRead>,
    seq: i64,
    bell: Arc<Notify>,
    /// None before the first chunk, which says at once that the stream is there.
    silent_since: Option<Instant>,
    _place: Place,
}

impl Reader {
    /// What is to be sent next, when there is something; nothing more when the stream is to end.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let bell = Arc::clone(&self.bell);
        loop {
            // Listened for before the journal is read, so that no line falls between the two.
            let mut rung = pin!(bell.notified());
            rung.as_mut().enable();
            // Before each line, not only each second: what was taken away shows nothing more.
            if self.scope.state().is_retired() || self.scope.recheck().await.is_err() {
                return None;
            }
            let lines = self.lines().await?;
            if let Some(last) = lines.last() {
                self.seq = last.seq;
                return Some(self.say(lines.into_iter().map(event).collect()));
            }
            if self.silent_since.is_none_or(|since| since.elapsed() >= HEARTBEAT) {
                return Some(self.say(":\n\n".to_owned()));
            }
            tokio::select! {
                () = rung => {}
                () = sleep(POLL) => {}
            }
        }
    }

    fn say(mut self, chunk: String) -> (Result<Bytes, Infallible>, Self) {
        self.silent_since = Some(Instant::now());
        (Ok(chunk.into()), self)
    }

    /// The lines that follow. A store that cannot be read ends the stream: its reader comes back.
    async fn lines(&self) -> Option<Vec<JournalLine>> {
        let read = async { self.scope.read().await?.journal_after(self.seq, LINES).await };
        read.await
            .inspect_err(|error| tracing::warn!(?error, "a stream of events ends"))
            .ok()
    }
}

fn event(line: JournalLine) -> String {
    let (seq, kind) = (line.seq, line.kind.clone());
    let data = serde_json::to_string(&JournalLineView::from(line)).unwrap_or_default();
    format!("id: {seq}\nevent: {kind}\ndata: {data}\n\n")
}
