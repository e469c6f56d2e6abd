//! What every handler can reach: the stores, the directory, the settings.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use stoa_core::Clock;
use stoa_db::Db;

use crate::{Directory, HttpConfig, Section};

/// Shared by all requests. Cheap to clone.
#[derive(Clone)]
pub struct HttpState(Arc<Inner>);

struct Inner {
    db: Db,
    directory: Arc<dyn Directory>,
    config: HttpConfig,
    sections: Vec<Section>,
    ready: AtomicBool,
}

impl HttpState {
    #[must_use]
    pub fn new(db: Db, directory: Arc<dyn Directory>, config: HttpConfig, sections: Vec<Section>) -> Self {
        Self(Arc::new(Inner {
            db,
            directory,
            config,
            sections,
            ready: AtomicBool::new(true),
        }))
    }

    #[must_use]
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.0.db.clock()
    }

    #[must_use]
    pub fn directory(&self) -> &dyn Directory {
        &*self.0.directory
    }

    #[must_use]
    pub fn config(&self) -> &HttpConfig {
        &self.0.config
    }

    /// What the modules can show on a home page.
    #[must_use]
    pub fn sections(&self) -> &[Section] {
        &self.0.sections
    }

    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.0.ready.load(Ordering::Relaxed)
    }

    /// Tells load balancers to send no more requests.
    pub fn drain(&self) {
        self.0.ready.store(false, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for HttpState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpState")
            .field("config", &self.0.config)
            .finish_non_exhaustive()
    }
}
