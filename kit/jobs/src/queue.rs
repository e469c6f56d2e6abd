//! Whose turn comes next, and whose leases are kept although their turn is over.
//!
//! A tenant that is busy is not leased and given back again and again: its lease is kept for a moment, and what it adds
//! meanwhile gathers and is done in one turn.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::{Duration, Instant},
};

use stoa_core::{TenantId, Timestamp};

/// How long jobs gather before those who added them have a turn.
pub(crate) const GATHER: Duration = Duration::from_millis(250);
/// How long they gather after a turn: whoever adds more by then is busy, and has many done for the price of one.
const REST: Duration = Duration::from_secs(2);
/// How long a lease is kept while nothing comes: another process may have to do there what it has added itself.
const KEEP: Duration = Duration::from_secs(3);

/// `L` is a lease.
#[derive(Debug)]
pub(crate) struct Queue<L> {
    /// Tenants in whose stores this process has committed something that is due, or whose turn was not enough for all.
    ready: VecDeque<TenantId>,
    kept: HashMap<TenantId, Kept<L>>,
    at_work: HashSet<TenantId>,
    /// Heard of while at work: the turn may have ended its search before.
    again: HashSet<TenantId>,
}

#[derive(Debug)]
struct Kept<L> {
    lease: L,
    next: Option<Timestamp>,
    since: Instant,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    /// Something is due, and gathers.
    Called,
    /// Among those that are ready.
    Ready,
}

/// What is due after a turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Due {
    pub(crate) next: Option<Timestamp>,
    pub(crate) is_now: bool,
}

impl<L> Queue<L> {
    pub(crate) fn new() -> Self {
        Self {
            ready: VecDeque::new(),
            kept: HashMap::new(),
            at_work: HashSet::new(),
            again: HashSet::new(),
        }
    }

    /// Something is due in the tenant's store.
    pub(crate) fn hear(&mut self, tenant: TenantId) {
        if self.at_work.contains(&tenant) {
            self.again.insert(tenant);
        } else if let Some(kept) = self.kept.get_mut(&tenant) {
            if kept.state == State::Idle {
                kept.state = State::Called;
            }
        } else if !self.ready.contains(&tenant) {
            self.ready.push_back(tenant);
        }
    }

    /// Who has waited longest, with its lease if that was kept.
    pub(crate) fn next(&mut self) -> Option<(TenantId, Option<L>)> {
        let tenant = self.ready.pop_front()?;
        Some((tenant, self.kept.remove(&tenant).map(|kept| kept.lease)))
    }

    pub(crate) fn begin(&mut self, tenant: TenantId) {
        self.kept.remove(&tenant);
        self.at_work.insert(tenant);
    }

    /// A turn is over whose lease was lost.
    pub(crate) fn lose(&mut self, tenant: TenantId) {
        self.at_work.remove(&tenant);
        if self.again.remove(&tenant) {
            self.hear(tenant);
        }
    }

    /// A turn is over; its lease is kept for now.
    pub(crate) fn end(&mut self, tenant: TenantId, lease: L, due: Due, now: Instant) {
        self.at_work.remove(&tenant);
        let is_called = self.again.remove(&tenant);
        let state = match (due.is_now, is_called) {
            (true, _) => State::Ready,
            (false, true) => State::Called,
            (false, false) => State::Idle,
        };
        if state == State::Ready {
            self.ready.push_back(tenant);
        }
        let kept = Kept {
            lease,
            next: due.next,
            since: now,
            state,
        };
        self.kept.insert(tenant, kept);
    }

    /// Readies those whose jobs have gathered, and yields the leases that are to be given back: of those who have nothing
    /// to do, and of those who would wait behind so many others that another process may come to them sooner.
    pub(crate) fn ripen(&mut self, many: usize, now: Instant) -> Vec<(L, Option<Timestamp>)> {
        for (tenant, kept) in &mut self.kept {
            if kept.state == State::Called && kept.left(now).is_zero() {
                kept.state = State::Ready;
                self.ready.push_back(*tenant);
            }
        }
        let far: HashSet<_> = self.ready.iter().skip(many).copied().collect();
        let goes = |tenant: &TenantId, kept: &mut Kept<L>| match kept.state {
            State::Idle => kept.left(now).is_zero(),
            State::Called => false,
            State::Ready => far.contains(tenant),
        };
        let gone = self.kept.extract_if(goes);
        gone.map(|(_, kept)| (kept.lease, kept.next)).collect()
    }

    /// All leases that were kept.
    pub(crate) fn drain(&mut self) -> Vec<(L, Option<Timestamp>)> {
        let gone = self.kept.drain();
        gone.map(|(_, kept)| (kept.lease, kept.next)).collect()
    }

    /// How long nothing here ripens, at most so long.
    pub(crate) fn pause(&self, most: Duration, now: Instant) -> Duration {
        let waiting = self.kept.values().filter(|kept| kept.state != State::Ready);
        let soonest = waiting.map(|kept| kept.left(now)).min();
        soonest.map_or(most, |left| left.min(most))
    }
}

impl<L> Kept<L> {
    /// How long it stays as it is.
    fn left(&self, now: Instant) -> Duration {
        let stays = match self.state {
            State::Idle => KEEP,
            State::Called => REST,
            State::Ready => Duration::ZERO,
        };
        stays.saturating_sub(now.duration_since(self.since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Due = Due {
        next: None,
        is_now: false,
    };

    fn tenant(number: u8) -> TenantId {
        TenantId::from_bytes([number; 16])
    }

    /// A queue in which one tenant has just had a turn.
    fn after_a_turn(due: Due) -> (Queue<&'static str>, Instant) {
        let (mut queue, now) = (Queue::new(), Instant::now());
        queue.hear(tenant(1));
        assert_eq!(queue.next(), Some((tenant(1), None)));
        queue.begin(tenant(1));
        queue.end(tenant(1), "lease", due, now);
        (queue, now)
    }

    #[test]
    fn what_a_busy_tenant_adds_gathers_under_the_lease_it_has() {
        let (mut queue, now) = after_a_turn(NOTHING);
        for _ in 0..3 {
            queue.hear(tenant(1));
        }
        assert_eq!(queue.pause(KEEP, now), REST);
        assert_eq!(queue.ripen(9, now), []);
        assert_eq!(queue.next(), None);
        assert_eq!(queue.ripen(9, now + REST), []);
        assert_eq!(queue.next(), Some((tenant(1), Some("lease"))));
        assert_eq!(queue.next(), None, "it is there once");
    }

    #[test]
    fn what_is_added_during_a_turn_has_another() {
        let (mut queue, now) = (Queue::new(), Instant::now());
        queue.begin(tenant(1));
        queue.hear(tenant(1));
        assert_eq!(queue.next(), None);
        queue.end(tenant(1), "lease", NOTHING, now);
        queue.ripen(9, now + REST);
        assert_eq!(queue.next(), Some((tenant(1), Some("lease"))));
        queue.begin(tenant(1));
        queue.hear(tenant(1));
        queue.lose(tenant(1));
        assert_eq!(queue.next(), Some((tenant(1), None)));
    }

    #[test]
    fn the_lease_of_a_silent_tenant_goes_back() {
        let (mut queue, now) = after_a_turn(NOTHING);
        assert_eq!(queue.ripen(9, now + KEEP / 2), []);
        assert_eq!(queue.ripen(9, now + KEEP), [("lease", None)]);
        assert_eq!(queue.drain(), []);
    }

    #[test]
    fn whoever_has_more_to_do_waits_behind_the_others_and_keeps_the_lease_while_they_are_few() {
        let more = Due {
            next: Some(Timestamp::from_millis(5)),
            is_now: true,
        };
        let (mut queue, now) = after_a_turn(more);
        assert_eq!(queue.ripen(1, now + KEEP), []);
        assert_eq!(queue.next(), Some((tenant(1), Some("lease"))));

        let (mut queue, now) = (Queue::new(), Instant::now());
        queue.hear(tenant(2));
        queue.begin(tenant(1));
        queue.end(tenant(1), "lease", more, now);
        assert_eq!(queue.ripen(1, now), [("lease", more.next)]);
        assert_eq!(queue.next(), Some((tenant(2), None)));
        assert_eq!(queue.next(), Some((tenant(1), None)));
    }
}
