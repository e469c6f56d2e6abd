//! What every handler can reach.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use stoa_core::{Clock, Feature, FeatureSet};
use stoa_db::Db;
use stoa_vault::Vault;

use crate::{Directory, HttpConfig, Module, Section, limits::Limiter};

/// The stores, the directory and the settings. Cheap to clone.
#[derive(Clone)]
pub struct HttpState(Arc<Inner>);

struct Inner {
    db: Db,
    directory: Box<dyn Directory>,
    config: HttpConfig,
    limiter: Limiter,
    sections: Vec<(Option<Feature>, Section)>,
    ready: AtomicBool,
}

impl HttpState {
    /// `modules` are the ones that will be mounted.
    #[must_use]
    pub fn new(db: Db, directory: impl Directory, config: HttpConfig, modules: &[Module]) -> Self {
        let sections = modules
            .iter()
            .flat_map(|module| module.sections.iter().map(|section| (module.feature, *section)))
            .collect();
        Self(Arc::new(Inner {
            limiter: Limiter::new(config.limits(), db.clock()),
            db,
            directory: Box::new(directory),
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
    pub fn vault(&self) -> &Vault {
        self.0.db.vault()
    }

    #[must_use]
    pub fn directory(&self) -> &dyn Directory {
        &*self.0.directory
    }

    #[must_use]
    pub fn config(&self) -> &HttpConfig {
        &self.0.config
    }

    pub(crate) fn limiter(&self) -> &Limiter {
        &self.0.limiter
    }

    /// What modules offer to pages that are not theirs, as far as these features are on.
    pub fn sections<'a>(&'a self, features: &'a FeatureSet) -> impl Iterator<Item = &'a Section> + 'a {
        let is_on = |feature: &Option<Feature>| feature.is_none_or(|feature| features.contains(feature));
        self.0
            .sections
            .iter()
            .filter(move |(feature, _)| is_on(feature))
            .map(|(_, section)| section)
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.0.ready.load(Ordering::Relaxed)
    }

    /// Whether the server is about to end: answers without an end of their own end then.
    #[must_use]
    pub fn is_retired(&self) -> bool {
        !self.is_ready()
    }

    /// Says on `/readyz` that no new work should come here.
    pub(crate) fn retire(&self) {
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
