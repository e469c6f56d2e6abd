//! Goes from tenant to tenant where something is due, several at a time.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use stoa_core::{TenantId, Timestamp};
use stoa_db::{
    Db, DbResult,
    jobs::{self, Node},
};
use tokio::{
    task::{self, JoinError, JoinSet},
    time::{sleep, timeout},
};

use crate::{
    Ask, JobKinds,
    queue::{Due, GATHER, Queue},
    slice::{Held, Turn},
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

/// A runner at work.
struct Shift<'r> {
    inner: &'r Arc<Inner>,
    queue: Queue<Held>,
    turns: JoinSet<(Held, Turn)>,
    /// Whose turn each task is: one that breaks off does not say.
    tasks: HashMap<task::Id, TenantId>,
    stop: Stop,
    ready_had_turn: bool,
    /// When the control store was last asked whose jobs are due, and knew of nobody.
    none_due: Option<Instant>,
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
        let mut shift = Shift::new(&self.0, stop);
        // What the platform does regularly, it begins with its first process.
        shift.queue.hear(jobs::platform());
        let mut end = pin!(end);
        loop {
            for tenant in db.take_due_tenants() {
                shift.queue.hear(tenant);
            }
            shift.give_back().await;
            shift.start_turns().await;
            tokio::select! {
                () = &mut end => break,
                () = gathered(db), if shift.turns.len() < options.workers => {}
                Some(over) = shift.turns.join_next_with_id() => shift.end_turn(over),
                () = sleep(shift.queue.pause(POLL, Instant::now())) => {}
            }
        }
        phase.send_replace(Phase::Finishing);
        if timeout(options.drain, shift.finish()).await.is_err() {
            tracing::warn!(
                jobs = shift.turns.len(),
                "jobs under way were given up; they are tried again"
            );
            phase.send_replace(Phase::GivenUp);
            shift.finish().await;
        }
    }

    /// Does all that is due in these stores, turn by turn, and says how many jobs were tried. For commands, and for tests;
    /// [`platform`](jobs::platform) stands for the platform's own.
    pub async fn run_due(&self, among: &[TenantId]) -> DbResult<usize> {
        let Inner { db, node, .. } = &*self.0;
        let (_phase, mut stop) = Stop::new();
        let mut tried = 0;
        let mut waiting: VecDeque<_> = among.iter().map(|tenant| (*tenant, None)).collect();
        while let Some((tenant, held)) = waiting.pop_front() {
            let mut held = match held {
                Some(held) => held,
                None => match db.lease_tenant(*node, tenant).await? {
                    Some(lease) => Held::new(lease),
                    None => continue,
                },
            };
            let turn = self.0.take_turn(&mut held, &mut stop).await;
            tried += turn.done;
            if turn.is_lost {
                continue;
            }
            if turn.next.is_some_and(|next| next <= db.clock().now()) {
                waiting.push_back((tenant, Some(held)));
            } else {
                self.0.give_back(held, turn.next).await;
            }
        }
        Ok(tried)
    }
}

impl Inner {
    async fn give_back(&self, held: Held, next: Option<Timestamp>) {
        let tenant = held.lease.tenant;
        if let Err(error) = self.db.release(held.lease, next).await {
            tracing::warn!(%tenant, ?error, "a lease could not be given back; it ends by itself");
        }
    }
}

impl<'r> Shift<'r> {
    fn new(inner: &'r Arc<Inner>, stop: Stop) -> Self {
        Self {
            inner,
            queue: Queue::new(),
            turns: JoinSet::new(),
            tasks: HashMap::new(),
            stop,
            ready_had_turn: false,
            none_due: None,
        }
    }

    async fn start_turns(&mut self) {
        while self.turns.len() < self.inner.options.workers {
            match self.next().await {
                Ok(Some(held)) => self.start(held),
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(?error, "which jobs are due is not known for now");
                    return;
                }
            }
        }
    }

    fn start(&mut self, mut held: Held) {
        let tenant = held.lease.tenant;
        let (inner, mut stop) = (Arc::clone(self.inner), self.stop.clone());
        self.queue.begin(tenant);
        let task = self.turns.spawn(async move {
            let turn = inner.take_turn(&mut held, &mut stop).await;
            (held, turn)
        });
        self.tasks.insert(task.id(), tenant);
    }

    fn end_turn(&mut self, over: Result<(task::Id, (Held, Turn)), JoinError>) {
        match over {
            Ok((id, (held, turn))) => {
                self.tasks.remove(&id);
                if turn.is_lost {
                    return self.queue.lose(held.lease.tenant);
                }
                let due = Due {
                    next: turn.next,
                    is_now: turn.next.is_some_and(|next| next <= self.inner.db.clock().now()),
                };
                self.queue.end(held.lease.tenant, held, due, Instant::now());
            }
            Err(error) => {
                tracing::error!(?error, "a turn broke off; its lease ends by itself");
                if let Some(tenant) = self.tasks.remove(&error.id()) {
                    self.queue.lose(tenant);
                }
            }
        }
    }

    /// In turns one that this process has heard of, and the one that waits longest of all: neither keeps the other waiting.
    async fn next(&mut self) -> DbResult<Option<Held>> {
        self.ready_had_turn = !self.ready_had_turn;
        if self.ready_had_turn
            && let Some(held) = self.next_ready().await?
        {
            return Ok(Some(held));
        }
        if self.none_due.is_none_or(|asked| asked.elapsed() >= POLL) {
            if let Some(lease) = self.inner.db.lease_due(self.inner.node).await? {
                return Ok(Some(Held::new(lease)));
            }
            self.none_due = Some(Instant::now());
        }
        self.next_ready().await
    }

    async fn next_ready(&mut self) -> DbResult<Option<Held>> {
        while let Some((tenant, held)) = self.queue.next() {
            if held.is_some() {
                return Ok(held);
            }
            if let Some(lease) = self.inner.db.lease_tenant(self.inner.node, tenant).await? {
                return Ok(Some(Held::new(lease)));
            }
        }
        Ok(None)
    }

    /// Gives back what nobody needs, and when more wait than there are workers, also what others may do meanwhile.
    async fn give_back(&mut self) {
        for (held, next) in self.queue.ripen(self.inner.options.workers, Instant::now()) {
            self.inner.give_back(held, next).await;
        }
    }

    async fn finish(&mut self) {
        while let Some(over) = self.turns.join_next_with_id().await {
            self.end_turn(over);
        }
        for (held, next) in self.queue.drain() {
            self.inner.give_back(held, next).await;
        }
    }
}

/// Completes a while after something is due: what comes together is looked at together.
async fn gathered(db: &Db) {
    db.jobs_are_due().await;
    sleep(GATHER).await;
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner")
            .field("node", &self.0.node)
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}
