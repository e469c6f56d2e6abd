//! What a module declares: which jobs there are, and how each is done.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};
use stoa_core::{Feature, FeatureSet};
use stoa_db::{Db, Job, TenantDb, jobs::JobStore};

use crate::{JobError, JobResult, Running, Timing};

/// A job that takes longer than this has failed, unless its kind says otherwise.
const TIME_LIMIT: Duration = Duration::from_secs(5 * 60);

type Work<S> = Arc<dyn Fn(Running<S>, serde_json::Value) -> BoxFuture<'static, JobResult> + Send + Sync>;

/// A kind of job, and how it is done: a tenant's, or with [`Db`] as its store, the platform's own.
#[derive(Clone)]
pub struct JobKind<S: JobStore = TenantDb> {
    pub(crate) name: &'static str,
    pub(crate) attempts: u32,
    pub(crate) time_limit: Duration,
    pub(crate) timing: Option<Timing>,
    pub(crate) work: Work<S>,
}

/// A kind of job of the platform's own.
pub type PlatformJobKind = JobKind<Db>;

impl JobKind {
    /// `work` does one job of a tenant. It may be called again for the same job, so that its effect stands in one unit of
    /// work with [`Running::complete`], or is one that can be repeated.
    pub fn of<J: Job, F>(work: impl Fn(Running, J) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = JobResult> + Send + 'static,
    {
        Self::new(work)
    }
}

impl PlatformJobKind {
    /// The same for a job of the platform itself.
    pub fn of_platform<J: Job, F>(work: impl Fn(Running<Db>, J) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = JobResult> + Send + 'static,
    {
        Self::new(work)
    }
}

impl<S: JobStore> JobKind<S> {
    fn new<J: Job, F>(work: impl Fn(Running<S>, J) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = JobResult> + Send + 'static,
    {
        Self {
            name: J::KIND,
            attempts: J::ATTEMPTS,
            time_limit: TIME_LIMIT,
            timing: None,
            work: Arc::new(move |running, data| match serde_json::from_value(data) {
                Ok(job) => work(running, job).boxed(),
                Err(error) => {
                    let why = format!("what it is to be done with cannot be read: {error}");
                    futures_util::future::ready(Err(JobError::Hopeless(why))).boxed()
                }
            }),
        }
    }

    /// Lets a job of this kind take this long.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Has every tenant, or the platform, do this job again and again. What it is done with is JSON's `null`: a struct
    /// without fields.
    #[must_use]
    pub fn recurring(mut self, timing: Timing) -> Self {
        self.timing = Some(timing);
        self
    }
}

impl<S: JobStore> fmt::Debug for JobKind<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobKind")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Every kind of job that there is: tenants', each with the feature that it belongs to, and the platform's.
#[derive(Debug, Default)]
pub struct JobKinds {
    pub(crate) tenants: Kinds<TenantDb>,
    pub(crate) platform: Kinds<Db>,
}

#[derive(Debug)]
pub(crate) struct Kinds<S: JobStore>(HashMap<&'static str, (Option<Feature>, JobKind<S>)>);

impl JobKinds {
    /// # Panics
    /// When two kinds have one name: which is meant could not be told.
    pub fn add(&mut self, feature: Option<Feature>, kind: JobKind) {
        self.tenants.add(feature, kind);
    }

    /// # Panics
    /// When two kinds have one name: which is meant could not be told.
    pub fn add_platform(&mut self, kind: PlatformJobKind) {
        self.platform.add(None, kind);
    }
}

impl<S: JobStore> Default for Kinds<S> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<S: JobStore> Kinds<S> {
    fn add(&mut self, feature: Option<Feature>, kind: JobKind<S>) {
        let name = kind.name;
        let other = self.0.insert(name, (feature, kind));
        assert!(other.is_none(), "two kinds of jobs are called {name}");
    }

    pub(crate) fn get(&self, name: &str) -> Option<(Option<Feature>, &JobKind<S>)> {
        self.0.get(name).map(|(feature, kind)| (*feature, kind))
    }

    /// The kinds that recur, as far as their features are there.
    pub(crate) fn recurring<'k>(
        &'k self,
        features: &'k FeatureSet,
    ) -> impl Iterator<Item = (&'k JobKind<S>, Timing)> {
        self.0.values().filter_map(|(feature, kind)| {
            let is_on = feature.is_none_or(|feature| features.contains(feature));
            kind.timing.filter(|_| is_on).map(|timing| (kind, timing))
        })
    }
}
