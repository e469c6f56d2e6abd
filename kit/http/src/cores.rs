//! Work that takes a core for long, beside the runtime's threads and on half of the cores at most: the other half serves.

use std::{num::NonZero, sync::Arc, thread, time::Duration};

use stoa_core::{ErrorKind, Failure};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::{self, JoinError},
    time,
};

/// How long work waits for a core before it is turned away.
const PATIENCE: Duration = Duration::from_secs(10);

/// Some of the cores. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Cores(Arc<Semaphore>);

/// Why work was not done.
#[derive(Debug, thiserror::Error)]
pub enum CoresError {
    #[error("Too much is being worked on at once; try again shortly.")]
    Busy,
    #[error("the work was interrupted")]
    Interrupted(#[source] JoinError),
}

impl Cores {
    #[must_use]
    pub fn half() -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        Self(Arc::new(Semaphore::new((cores / 2).max(1))))
    }

    /// Does the work when a core is free for it.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, CoresError> {
        let permit = self.permit().await?;
        let done = task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        done.await.map_err(CoresError::Interrupted)
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, CoresError> {
        let waiting = Arc::clone(&self.0).acquire_owned();
        match time::timeout(PATIENCE, waiting).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(CoresError::Busy),
        }
    }
}

impl Failure for CoresError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Busy => ErrorKind::Unavailable,
            Self::Interrupted(_) => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Busy => "server.busy",
            Self::Interrupted(_) => "internal",
        }
    }
}
