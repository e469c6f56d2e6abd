//! One turn with one store: what is due there, up to a number of jobs, so that nobody else waits for long.
//!
//! A turn's jobs are taken in one unit of work, and their ends written down in another. A crash between the two leaves jobs
//! that have ended to be done again, no worse than one in the middle of a job.

use std::{any::Any, panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;
use stoa_core::{Actor, FeatureSet, Timestamp};
use stoa_db::{
    DbResult,
    jobs::{self, Attempt, Claimed, JobUnit, Lease, NewJob},
};
use tokio::time::{sleep, timeout};

use crate::{
    JobError, JobKind, JobResult, Running, Standing, backoff::backoff, owner::Owner, runner::Inner,
    stop::Stop,
};

/// How many jobs a tenant has done before another's turn comes.
const TURN: usize = 10;
/// How often a lease is looked at while a job runs, and what has ended before it is written down.
const WATCH: Duration = Duration::from_secs(1);
/// When a tenant is looked at again that may not be served now, or whose store cannot be reached.
const LATER: Duration = Duration::from_secs(60);
/// How long what is done is kept, for people to look at, and what is dead, to be tried again.
pub(crate) const KEEP_DONE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
pub(crate) const KEEP_DEAD: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A lease, and whether its store was made ready under it.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) lease: Lease,
    is_ready: bool,
}

/// What a turn came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    pub(crate) done: usize,
    /// When something is due there again, if anything is.
    pub(crate) next: Option<Timestamp>,
    /// The lease was lost: another does the jobs by now.
    pub(crate) is_lost: bool,
}

/// A turn that goes on.
struct Slice<'t, S: Owner> {
    inner: &'t Inner,
    store: S,
    held: &'t mut Held,
    stop: &'t mut Stop,
    /// Attempts whose end is not written down yet.
    ended: Vec<(Attempt, Outcome)>,
    tried: usize,
    is_lost: bool,
}

/// What became of an attempt.
enum Outcome {
    Ended(JobResult),
    NotBegun,
}

/// What was taken to be done; when that is nothing, when something is due next.
struct Batch {
    jobs: Vec<Claimed>,
    next: Option<Timestamp>,
}

/// Whether a turn goes on after a batch.
enum Flow {
    On,
    /// No other job begins now.
    Over,
    Waiting,
    Gone,
}

impl Held {
    pub(crate) fn new(lease: Lease) -> Self {
        Self {
            lease,
            is_ready: false,
        }
    }
}

impl Inner {
    /// Does what is due, up to a number of jobs.
    pub(crate) async fn take_turn(&self, held: &mut Held, stop: &mut Stop) -> Turn {
        if held.lease.is_of_platform() {
            self.turn_of(self.db.clone(), held, stop).await
        } else {
            let store = self.db.tenant(held.lease.tenant, Actor::Job);
            self.turn_of(store, held, stop).await
        }
    }

    async fn turn_of<S: Owner>(&self, store: S, held: &mut Held, stop: &mut Stop) -> Turn {
        let mut slice = Slice {
            inner: self,
            store,
            held,
            stop,
            ended: Vec::new(),
            tried: 0,
            is_lost: false,
        };
        let next = slice.work().await.unwrap_or_else(|error| {
            tracing::error!(tenant = %slice.held.lease.tenant, ?error, "jobs cannot be done now");
            slice.held.is_ready = false;
            slice.later()
        });
        Turn {
            done: slice.tried,
            next,
            is_lost: slice.is_lost,
        }
    }
}

impl<S: Owner> Slice<'_, S> {
    /// Says when something is due again.
    async fn work(&mut self) -> DbResult<Option<Timestamp>> {
        let (features, time_zone) = match self.store.standing(&self.inner.ask).await? {
            Standing::Active { features, time_zone } => (features, time_zone),
            Standing::Waiting => return Ok(self.later()),
            Standing::Gone => return self.bury_all().await,
        };
        let mut batch = self.open(&features, &time_zone).await?;
        while !batch.jobs.is_empty() {
            batch = match self.go_through(batch.jobs).await {
                Flow::On => self.go_on(TURN.saturating_sub(self.tried)).await?,
                Flow::Over => self.go_on(0).await?,
                Flow::Waiting => {
                    self.go_on(0).await?;
                    return Ok(self.later());
                }
                Flow::Gone => {
                    self.go_on(0).await?;
                    return self.bury_all().await;
                }
            };
        }
        Ok(batch.next)
    }

    fn later(&self) -> Option<Timestamp> {
        Some(self.inner.db.clock().now().plus(LATER))
    }

    /// Takes up what was left behind, adds what recurs, and takes the first jobs.
    async fn open(&mut self, features: &FeatureSet, time_zone: &str) -> DbResult<Batch> {
        let mut cx = self.store.begin_under(&self.held.lease).await?;
        if !self.held.is_ready {
            jobs::recover(&mut cx).await?;
            S::sweep(&mut cx).await?;
        }
        self.add_recurring(&mut cx, features, time_zone).await?;
        let batch = take(&mut cx, TURN).await?;
        cx.commit().await?;
        self.held.is_ready = true;
        Ok(batch)
    }

    /// Writes down what has ended, and takes the next jobs.
    async fn go_on(&mut self, limit: usize) -> DbResult<Batch> {
        let mut cx = self.store.begin_under(&self.held.lease).await?;
        self.write_down(&mut cx).await?;
        let batch = take(&mut cx, limit).await?;
        cx.commit().await?;
        self.ended.clear();
        Ok(batch)
    }

    async fn add_recurring(&self, cx: &mut S::Unit, features: &FeatureSet, time_zone: &str) -> DbResult<()> {
        let now = cx.now();
        let known = jobs::schedules(cx).await?;
        let recurring: Vec<_> = S::kinds(&self.inner.kinds).recurring(features).collect();
        for (name, due) in known.iter().filter(|(_, due)| *due <= now) {
            let Some((kind, timing)) = recurring.iter().find(|(kind, _)| kind.name == name) else {
                // Entered anew when the feature is on again.
                jobs::forget_schedule(cx, name).await?;
                continue;
            };
            if jobs::advance_schedule(cx, name, *due, timing.next(now, time_zone)).await? {
                let job = NewJob {
                    kind: kind.name,
                    data: serde_json::Value::Null,
                    max_attempts: kind.attempts,
                    unique_key: Some(name.clone()),
                    due_at: now,
                };
                jobs::add(cx, job).await?;
            }
        }
        for (kind, timing) in recurring {
            if !known.iter().any(|(name, _)| name == kind.name) {
                jobs::enter_schedule(cx, kind.name, timing.next(now, time_zone)).await?;
            }
        }
        Ok(())
    }

    async fn go_through(&mut self, jobs: Vec<Claimed>) -> Flow {
        let mut jobs = jobs.into_iter();
        while let Some(job) = jobs.next() {
            let flow = match self.before_a_job().await {
                Ok(features) => {
                    if self.attempt(&features, &job).await {
                        continue;
                    }
                    // Whoever has the lease next takes it up.
                    Flow::Over
                }
                Err(flow) => {
                    self.ended.push((job.attempt, Outcome::NotBegun));
                    flow
                }
            };
            self.ended
                .extend(jobs.map(|job| (job.attempt, Outcome::NotBegun)));
            return flow;
        }
        Flow::On
    }

    /// Asked before each job: a tenant may be suspended, or lose a feature, between two.
    async fn before_a_job(&mut self) -> Result<FeatureSet, Flow> {
        if self.stop.is_asked_for() || !self.holds().await {
            return Err(Flow::Over);
        }
        match self.store.standing(&self.inner.ask).await {
            Ok(Standing::Active { features, .. }) => Ok(features),
            Ok(Standing::Waiting) => Err(Flow::Waiting),
            Ok(Standing::Gone) => Err(Flow::Gone),
            Err(error) => {
                tracing::warn!(?error, "whether a tenant's jobs may be done is not known for now");
                Err(Flow::Waiting)
            }
        }
    }

    async fn holds(&mut self) -> bool {
        let held = self.inner.db.hold(&mut self.held.lease).await;
        self.is_lost = !held.unwrap_or_else(|error| {
            tracing::warn!(?error, "a lease could not be renewed for now");
            true
        });
        !self.is_lost
    }

    /// Tries a job. False when it was given up, and with it the turn.
    async fn attempt(&mut self, features: &FeatureSet, job: &Claimed) -> bool {
        let attempt = &job.attempt;
        self.tried += 1;
        let inner = self.inner;
        let ended = match (S::kinds(&inner.kinds).get(&attempt.kind), &job.data) {
            (None, _) => hopeless(format!("no part of the platform does {}", attempt.kind)),
            (Some((Some(feature), _)), _) if !features.contains(feature) => {
                hopeless(format!("the feature {feature} is switched off"))
            }
            (_, None) => hopeless("what it is to be done with cannot be opened".to_owned()),
            (Some((_, kind)), Some(data)) => {
                let clock = inner.db.clock().clone();
                let running = Running::new(self.store.clone(), features.clone(), clock, attempt.clone());
                self.run(kind, running, data.clone()).await
            }
        };
        let Some(result) = ended else { return false };
        self.ended.push((attempt.clone(), Outcome::Ended(result)));
        true
    }

    /// Runs the handler, and holds the lease meanwhile. Nothing when the lease was lost, or the process ends.
    async fn run(
        &mut self,
        kind: &JobKind<S>,
        running: Running<S>,
        data: serde_json::Value,
    ) -> Option<JobResult> {
        let work = async { (kind.work)(running, data).await };
        let work = timeout(kind.time_limit, AssertUnwindSafe(work).catch_unwind());
        let mut work = std::pin::pin!(work);
        let ended = loop {
            tokio::select! {
                ended = &mut work => break ended,
                () = self.stop.given_up() => return None,
                () = sleep(WATCH) => {}
            }
            if !self.holds().await {
                return None;
            }
            self.write_down_early().await;
        };
        Some(match ended {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(JobError::Again(message(&*panic))),
            Err(_) => Err(JobError::Again(format!(
                "it took longer than {:?}",
                kind.time_limit
            ))),
        })
    }

    /// What has ended does not wait for a job that takes long.
    async fn write_down_early(&mut self) {
        if self.ended.is_empty() {
            return;
        }
        if let Err(error) = self.go_on(0).await {
            tracing::warn!(?error, "how jobs have ended could not be written down for now");
        }
    }

    async fn write_down(&self, cx: &mut S::Unit) -> DbResult<()> {
        for (attempt, outcome) in &self.ended {
            match outcome {
                Outcome::Ended(result) => note_end(cx, attempt, result).await?,
                Outcome::NotBegun => jobs::unclaim(cx, attempt).await?,
            }
        }
        Ok(())
    }

    /// Jobs of a tenant that is no more are put aside; nothing of theirs is done.
    async fn bury_all(&self) -> DbResult<Option<Timestamp>> {
        let mut cx = self.store.begin_under(&self.held.lease).await?;
        jobs::recover(&mut cx).await?;
        jobs::bury_waiting(&mut cx, "there is no such business").await?;
        cx.commit().await?;
        Ok(None)
    }
}

async fn take(cx: &mut impl JobUnit, limit: usize) -> DbResult<Batch> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let jobs = match limit {
        0 => Vec::new(),
        limit => jobs::claim(cx, limit).await?,
    };
    let next = if jobs.is_empty() {
        jobs::next_due(cx).await?
    } else {
        None
    };
    Ok(Batch { jobs, next })
}

async fn note_end(cx: &mut impl JobUnit, attempt: &Attempt, result: &JobResult) -> DbResult<()> {
    let now = cx.now();
    if let Err(error) = result {
        tracing::warn!(job = %attempt.id, kind = %attempt.kind, attempt = attempt.number, %error, "a job was not done");
    }
    match result {
        // A handler that has completed the job itself is not noticed twice.
        Ok(()) => jobs::complete(cx, attempt, None).await.map(drop),
        Err(JobError::Again(why)) => {
            let again = now.plus(backoff(attempt.id, attempt.number));
            let again = (attempt.number < attempt.max_attempts).then_some(again);
            jobs::fail(cx, attempt, why, again).await
        }
        Err(JobError::PutOff(pause, why)) => jobs::put_off(cx, attempt, why, now.plus(*pause)).await,
        Err(JobError::Hopeless(why)) => jobs::fail(cx, attempt, why, None).await,
        Err(JobError::GivenUp) => Ok(()),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "stands beside what may be given up")]
fn hopeless(why: String) -> Option<JobResult> {
    Some(Err(JobError::Hopeless(why)))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", message.unwrap_or("without a message"))
}
