//! Goes from tenant to tenant where something is due, several at a time.

use std::{collections::VecDeque, fmt, pin::pin, sync::Arc, time::Duration};

use stoa_core::TenantId;
use stoa_db::{
    Db, DbResult,
    jobs::{Lease, Node},
};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    Ask, JobKinds,
    slice::Turn,
    stop::{Phase, Stop},
};

/// How often tenants are looked for whose jobs other processes have added, or that are due by now.
const POLL: Duration = Duration::from_secs(1);

/// How jobs are done in this process.
#[derive(Debug, Clone, Copy)]
pub struct RunnerOptions {
    /// In so many tenants at once.
    pub workers: usize,
    /// How long jobs under way may take to end when the process is to end.
    pub drain: Duration,
}

impl Default for RunnerOptions {
    fn default() -> Self {
        Self {
            workers: 16,
            drain: Duration::from_secs(25),
        }
    }
}

/// Does jobs. Cheap to clone.
#[derive(Clone)]
pub struct Runner(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) db: Db,
    pub(crate) kinds: JobKinds,
    pub(crate) ask: Ask,
    node: Node,
    options: RunnerOptions,
}

/// Whose turn comes next.
#[derive(Debug, Default)]
struct Queue {
    /// Tenants in whose stores this process has committed something that is due.
    heard: VecDeque<TenantId>,
    heard_had_turn: bool,
}

impl Runner {
    #[must_use]
    pub fn new(db: Db, kinds: JobKinds, ask: Ask, options: RunnerOptions) -> Self {
        Self(Arc::new(Inner {
            db,
            kinds,
            ask,
            node: Node::new(),
            options,
        }))
    }

    /// Does jobs until `end` completes; then what is under way may end in time, and leases are given back.
    pub async fn run(&self, end: impl Future<Output = ()>) {
        let Inner { db, options, .. } = &*self.0;
        let (phase, stop) = Stop::new();
        let mut turns = JoinSet::new();
        let mut queue = Queue::default();
        let mut end = pin!(end);
        loop {
            queue.heard.extend(db.take_due_tenants());
            self.start_turns(&mut turns, &mut queue, &stop).await;
            tokio::select! {
                () = &mut end => break,
                () = db.jobs_are_due(), if turns.len() < options.workers => {}
                Some(_) = turns.join_next() => {}
                () = sleep(POLL) => {}
            }
        }
        phase.send_replace(Phase::Finishing);
        let drained = timeout(options.drain, async {
            while turns.join_next().await.is_some() {}
        })
        .await;
        if drained.is_err() {
            tracing::warn!(
                jobs = turns.len(),
                "jobs under way were given up; they are tried again"
            );
            phase.send_replace(Phase::GivenUp);
            while turns.join_next().await.is_some() {}
        }
    }

    /// Does all that is due in these tenants' stores, turn by turn, and says how many jobs were tried. For commands, and
    /// for tests.
    pub async fn run_due(&self, among: &[TenantId]) -> DbResult<usize> {
        let (_phase, stop) = Stop::new();
        let mut tried = 0;
        let mut waiting: VecDeque<_> = among.iter().copied().collect();
        while let Some(tenant) = waiting.pop_front() {
            let Some(lease) = self.0.db.lease_tenant(self.0.node, tenant).await? else {
                continue;
            };
            let Turn { done, next } = self.0.take_turn(lease, stop.clone()).await;
            tried += done;
            if next.is_some_and(|next| next <= self.0.db.clock().now()) {
                waiting.push_back(tenant);
            }
        }
        Ok(tried)
    }

    async fn start_turns(&self, turns: &mut JoinSet<Turn>, queue: &mut Queue, stop: &Stop) {
        while turns.len() < self.0.options.workers {
            match self.next(queue).await {
                Ok(Some(lease)) => {
                    let (inner, stop) = (Arc::clone(&self.0), stop.clone());
                    turns.spawn(async move { inner.take_turn(lease, stop).await });
                }
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(?error, "which jobs are due is not known for now");
                    return;
                }
            }
        }
    }

    /// In turns one that this process has heard of, and the one that waits longest of all: neither keeps the other waiting.
    async fn next(&self, queue: &mut Queue) -> DbResult<Option<Lease>> {
        queue.heard_had_turn = !queue.heard_had_turn;
        if queue.heard_had_turn
            && let Some(lease) = self.next_heard(queue).await?
        {
            return Ok(Some(lease));
        }
        match self.0.db.lease_due(self.0.node).await? {
            Some(lease) => Ok(Some(lease)),
            None => self.next_heard(queue).await,
        }
    }

    async fn next_heard(&self, queue: &mut Queue) -> DbResult<Option<Lease>> {
        while let Some(tenant) = queue.heard.pop_front() {
            if let Some(lease) = self.0.db.lease_tenant(self.0.node, tenant).await? {
                return Ok(Some(lease));
            }
        }
        Ok(None)
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner")
            .field("node", &self.0.node)
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}
