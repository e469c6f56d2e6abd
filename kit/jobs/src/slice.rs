//! One turn with one tenant: what is due there, up to a number of jobs, so that nobody else waits for long.

use std::{any::Any, panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;
use stoa_core::{Actor, FeatureSet, Timestamp};
use stoa_db::{
    Cx, DbResult, TenantDb,
    jobs::{self, Attempt, Lease},
};
use tokio::time::{sleep, timeout};

use crate::{JobError, JobKind, Running, Standing, backoff::backoff, runner::Inner, stop::Stop};

/// How many jobs a tenant has done before another's turn comes.
const TURN: usize = 10;
/// How often a lease is looked at while a job runs.
const WATCH: Duration = Duration::from_secs(1);
/// When a tenant is looked at again that may not be served now, or whose store cannot be reached.
const LATER: Duration = Duration::from_secs(60);
/// How long what is done is kept, for people to look at, and what is dead, to be tried again.
const KEEP_DONE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const KEEP_DEAD: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What a turn came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    pub(crate) done: usize,
    /// When something is due there again, if anything is.
    pub(crate) next: Option<Timestamp>,
}

/// What became of an attempt.
enum Outcome {
    Ended(Result<(), JobError>),
    /// The lease was lost, or the process ends.
    GivenUp,
}

impl Inner {
    /// Does what is due, and gives the lease back.
    pub(crate) async fn take_turn(&self, mut lease: Lease, mut stop: Stop) -> Turn {
        let tenant = lease.tenant;
        let turn = self.work(&mut lease, &mut stop).await.unwrap_or_else(|error| {
            tracing::error!(%tenant, ?error, "a tenant's jobs cannot be done now");
            Turn {
                done: 0,
                next: Some(self.db.clock().now().plus(LATER)),
            }
        });
        if let Err(error) = self.db.release(lease, turn.next).await {
            tracing::warn!(%tenant, ?error, "a lease could not be given back; it ends by itself");
        }
        turn
    }

    async fn work(&self, lease: &mut Lease, stop: &mut Stop) -> DbResult<Turn> {
        let store = self.db.tenant(lease.tenant, Actor::Job);
        let mut done = 0;
        let mut begun = false;
        while done < TURN && !stop.is_asked_for() && self.holds(lease).await {
            // Asked before each job: a tenant may be suspended, or lose a feature, between two.
            let (features, time_zone) = match (self.ask)(lease.tenant).await? {
                Standing::Active { features, time_zone } => (features, time_zone),
                Standing::Waiting => {
                    let next = Some(self.db.clock().now().plus(LATER));
                    return Ok(Turn { done, next });
                }
                Standing::Gone => {
                    bury_all(&store, lease).await?;
                    return Ok(Turn { done, next: None });
                }
            };
            if !begun {
                self.prepare(&store, lease, &features, &time_zone).await?;
                begun = true;
            }
            let Some(attempt) = claim(&store, lease).await? else {
                break;
            };
            done += 1;
            if !self.attempt(&store, lease, stop, &features, attempt).await? {
                break;
            }
        }
        let next = jobs::next_due(&mut store.read().await?).await?;
        Ok(Turn { done, next })
    }

    /// Takes up what was left behind, adds what recurs, and forgets what was done long ago.
    async fn prepare(
        &self,
        store: &TenantDb,
        lease: &Lease,
        features: &FeatureSet,
        time_zone: &str,
    ) -> DbResult<()> {
        let mut cx = store.begin_under(lease).await?;
        jobs::recover(&mut cx).await?;
        self.add_recurring(&mut cx, features, time_zone).await?;
        jobs::sweep(&mut cx, KEEP_DONE, KEEP_DEAD).await?;
        cx.commit().await
    }

    async fn add_recurring(&self, cx: &mut Cx, features: &FeatureSet, time_zone: &str) -> DbResult<()> {
        let now = cx.now();
        let known = jobs::schedules(cx).await?;
        let recurring: Vec<_> = self.kinds.recurring(features).collect();
        for (name, due) in known.iter().filter(|(_, due)| *due <= now) {
            let Some((kind, timing)) = recurring.iter().find(|(kind, _)| kind.name == name) else {
                // Entered anew when the feature is on again.
                jobs::forget_schedule(cx, name).await?;
                continue;
            };
            if jobs::advance_schedule(cx, name, *due, timing.next(now, time_zone)).await? {
                let unique = Some(name.clone());
                cx.insert_job(kind.name, serde_json::Value::Null, kind.attempts, unique, now)
                    .await?;
            }
        }
        for (kind, timing) in recurring {
            if !known.iter().any(|(name, _)| name == kind.name) {
                jobs::enter_schedule(cx, kind.name, timing.next(now, time_zone)).await?;
            }
        }
        Ok(())
    }

    async fn holds(&self, lease: &mut Lease) -> bool {
        self.db.hold(lease).await.unwrap_or_else(|error| {
            tracing::warn!(?error, "a lease could not be renewed for now");
            true
        })
    }

    /// Tries a job. False when it was given up, and with it the turn.
    async fn attempt(
        &self,
        store: &TenantDb,
        lease: &mut Lease,
        stop: &mut Stop,
        features: &FeatureSet,
        attempt: Attempt,
    ) -> DbResult<bool> {
        let ended = match self.kinds.get(&attempt.kind) {
            None => Outcome::Ended(Err(JobError::Hopeless(format!(
                "no part of the platform does {}",
                attempt.kind
            )))),
            Some((Some(feature), _)) if !features.contains(feature) => Outcome::Ended(Err(
                JobError::Hopeless(format!("the feature {feature} is switched off")),
            )),
            Some((_, kind)) => {
                let clock = self.db.clock().clone();
                let running = Running::new(store.clone(), features.clone(), clock, attempt.clone());
                self.run(running, lease, stop, kind, &attempt).await
            }
        };
        match ended {
            Outcome::Ended(result) => settle(store, lease, &attempt, result).await.map(|()| true),
            // Whoever has the lease next takes it up.
            Outcome::GivenUp => Ok(false),
        }
    }

    /// Runs the handler, and renews the lease meanwhile.
    async fn run(
        &self,
        running: Running,
        lease: &mut Lease,
        stop: &mut Stop,
        kind: &JobKind,
        attempt: &Attempt,
    ) -> Outcome {
        let work = async { (kind.work)(running, attempt.data.clone()).await };
        let work = timeout(kind.time_limit, AssertUnwindSafe(work).catch_unwind());
        let mut work = std::pin::pin!(work);
        loop {
            let ended = tokio::select! {
                ended = &mut work => ended,
                () = stop.given_up() => return Outcome::GivenUp,
                () = sleep(WATCH) => {
                    if self.holds(lease).await {
                        continue;
                    }
                    return Outcome::GivenUp;
                }
            };
            return Outcome::Ended(match ended {
                Ok(Ok(result)) => result,
                Ok(Err(panic)) => Err(JobError::Again(message(&*panic))),
                Err(_) => Err(JobError::Again(format!(
                    "it took longer than {:?}",
                    kind.time_limit
                ))),
            });
        }
    }
}

async fn claim(store: &TenantDb, lease: &Lease) -> DbResult<Option<Attempt>> {
    let mut cx = store.begin_under(lease).await?;
    let claimed = jobs::claim(&mut cx).await?;
    cx.commit().await?;
    Ok(claimed)
}

/// Writes down how an attempt ended.
async fn settle(
    store: &TenantDb,
    lease: &Lease,
    attempt: &Attempt,
    result: Result<(), JobError>,
) -> DbResult<()> {
    let mut cx = store.begin_under(lease).await?;
    let now = cx.now();
    if let Err(error) = &result {
        tracing::warn!(job = %attempt.id, kind = %attempt.kind, attempt = attempt.number, %error, "a job was not done");
    }
    match result {
        // A handler that has completed the job itself is not noticed twice.
        Ok(()) => {
            jobs::complete(&mut cx, attempt, None).await?;
        }
        Err(JobError::Again(why)) => {
            let again = now.plus(backoff(attempt.id, attempt.number));
            let again = (attempt.number < attempt.max_attempts).then_some(again);
            jobs::fail(&mut cx, attempt, &why, again).await?;
        }
        Err(JobError::PutOff(pause, why)) => {
            jobs::put_off(&mut cx, attempt, &why, now.plus(pause)).await?;
        }
        Err(JobError::Hopeless(why)) => jobs::fail(&mut cx, attempt, &why, None).await?,
        Err(JobError::GivenUp) => {}
    }
    cx.commit().await
}

/// Jobs of a tenant that is no more are put aside; nothing of theirs is done.
async fn bury_all(store: &TenantDb, lease: &Lease) -> DbResult<()> {
    let mut cx = store.begin_under(lease).await?;
    jobs::recover(&mut cx).await?;
    jobs::bury_waiting(&mut cx, "there is no such business").await?;
    cx.commit().await
}

fn message(panic: &(dyn Any + Send)) -> String {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", message.unwrap_or("without a message"))
}
