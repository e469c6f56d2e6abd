//! Requests that change something run to their end, with or without their client.

use axum::response::{IntoResponse, Response};
use tokio::sync::watch;

use crate::{ApiError, BoxFuture};

/// The requests under way; each holds a receiver.
#[derive(Debug, Default)]
pub(super) struct UnderWay(watch::Sender<()>);

impl UnderWay {
    /// The server drops an answer that nobody waits for any more; what a request has begun to change must not stop there.
    pub(super) fn run(
        &self,
        answer: impl Future<Output = Response> + Send + 'static,
    ) -> BoxFuture<'static, Response> {
        let under_way = self.0.subscribe();
        Box::pin(async move {
            let answered = tokio::spawn(async move {
                let response = answer.await;
                drop(under_way);
                response
            });
            answered
                .await
                .unwrap_or_else(|error| ApiError::internal(&error.to_string()).into_response())
        })
    }

    pub(super) async fn settled(&self) {
        self.0.closed().await;
    }
}
