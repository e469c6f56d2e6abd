//! A request's body that has to keep coming.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::BoxError;
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

/// Bytes that buy a second of waiting: 32 kbit/s, which is less than any connection that is worth the name.
const BYTES_PER_SECOND: u32 = 4096;

/// A client that sends so slowly holds a connection for nothing.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the body took too long to arrive")]
pub(crate) struct TooSlow;

/// Counts the time that is spent waiting for the client: what arrives buys more of it, never above what there was at
/// first. The time that the handler takes for itself is not the client's.
pub(super) struct Paced<B> {
    body: B,
    patience: Duration,
    left: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl<B> Paced<B> {
    pub(super) fn new(body: B, patience: Duration) -> Self {
        Self {
            body,
            patience,
            left: patience,
            waiting: None,
        }
    }

    fn arrived(&mut self, frame: &Frame<Bytes>) {
        if let Some((since, _)) = self.waiting.take() {
            self.left = self.left.saturating_sub(since.elapsed());
        }
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        let bought = Duration::from_secs(1).saturating_mul(u32::try_from(bytes).unwrap_or(u32::MAX));
        self.left = self.patience.min(self.left + bought / BYTES_PER_SECOND);
    }
}

impl<B> Body for Paced<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            if let Some(Ok(frame)) = &frame {
                this.arrived(frame);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let left = this.left;
        let (_, end) = this
            .waiting
            .get_or_insert_with(|| (Instant::now(), Box::pin(sleep(left))));
        end.as_mut().poll(cx).map(|()| Some(Err(TooSlow.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
