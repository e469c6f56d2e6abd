//! What a module declares: which jobs there are, and how each is done.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};
use stoa_core::{Feature, FeatureSet};
use stoa_db::Job;

use crate::{JobError, JobResult, Running, Timing};

/// A job that takes longer than this has failed, unless its kind says otherwise.
const TIME_LIMIT: Duration = Duration::from_secs(5 * 60);

type Work = Arc<dyn Fn(Running, serde_json::Value) -> BoxFuture<'static, JobResult> + Send + Sync>;

/// A kind of job, and how it is done.
#[derive(Clone)]
pub struct JobKind {
    pub(crate) name: &'static str,
    pub(crate) attempts: u32,
    pub(crate) time_limit: Duration,
    pub(crate) timing: Option<Timing>,
    pub(crate) work: Work,
}

impl JobKind {
    /// `work` does one job. It may be called again for the same job, so that its effect stands in one unit of work with
    /// [`Running::complete`], or is one that can be repeated.
    pub fn of<J: Job, F>(work: impl Fn(Running, J) -> F + Send + Sync + 'static) -> Self
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

    /// Has every tenant do this job again and again. What it is done with is JSON's `null`: a struct without fields.
    #[must_use]
    pub fn recurring(mut self, timing: Timing) -> Self {
        self.timing = Some(timing);
        self
    }
}

impl fmt::Debug for JobKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobKind")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Every kind of job that there is, each with the feature that it belongs to.
#[derive(Debug, Default)]
pub struct JobKinds(HashMap<&'static str, (Option<Feature>, JobKind)>);

impl JobKinds {
    /// # Panics
    /// When two kinds have one name: which is meant could not be told.
    pub fn add(&mut self, feature: Option<Feature>, kind: JobKind) {
        let name = kind.name;
        let other = self.0.insert(name, (feature, kind));
        assert!(other.is_none(), "two kinds of jobs are called {name}");
    }

    pub(crate) fn get(&self, name: &str) -> Option<(Option<Feature>, &JobKind)> {
        self.0.get(name).map(|(feature, kind)| (*feature, kind))
    }

    /// The kinds that recur, as far as a business has their features.
    pub(crate) fn recurring<'k>(
        &'k self,
        features: &'k FeatureSet,
    ) -> impl Iterator<Item = (&'k JobKind, Timing)> {
        self.0.values().filter_map(|(feature, kind)| {
            let is_on = feature.is_none_or(|feature| features.contains(feature));
            kind.timing.filter(|_| is_on).map(|timing| (kind, timing))
        })
    }
}
