//! Remembers answers for a short while, and never keeps one that was read before a change it should show.

use std::{
    borrow::Borrow,
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::Timestamp;

/// A bounded memory of answers. Time is passed in, so that tests decide it.
#[derive(Debug)]
pub struct Recent<K, V> {
    keeps: Duration,
    capacity: usize,
    memory: Mutex<Memory<K, V>>,
}

#[derive(Debug)]
struct Memory<K, V> {
    answers: HashMap<K, (Timestamp, V)>,
    changes: u64,
    /// When stale answers were last looked for; looking costs as much as there are answers.
    swept: Option<Timestamp>,
}

/// What [`Recent`] knows about a key.
#[derive(Debug)]
pub enum Recall<V> {
    Known(V),
    /// Ask the store, then hand the answer back together with this.
    Unknown(Question),
}

/// A question put to the store. An answer to it is kept only if nothing was forgotten since.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    changes: u64,
}

impl<K: Eq + Hash, V: Clone> Recent<K, V> {
    /// A memory of at most `capacity` answers, each kept for less than `keeps`.
    #[must_use]
    pub fn new(keeps: Duration, capacity: usize) -> Self {
        Self {
            keeps,
            capacity,
            memory: Mutex::new(Memory {
                answers: HashMap::new(),
                changes: 0,
                swept: None,
            }),
        }
    }

    pub fn recall<Q>(&self, key: &Q, now: Timestamp) -> Recall<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let memory = self.memory();
        match memory.answers.get(key) {
            Some((since, value)) if self.is_fresh(*since, now) => Recall::Known(value.clone()),
            _ => Recall::Unknown(Question {
                changes: memory.changes,
            }),
        }
    }

    /// Keeps an answer, unless something was forgotten since the question was put: the answer may be older than that.
    pub fn keep(&self, question: Question, key: K, value: V, now: Timestamp) {
        let mut memory = self.memory();
        if memory.changes != question.changes {
            return;
        }
        if memory.answers.len() >= self.capacity
            && !memory.swept.is_some_and(|swept| self.is_fresh(swept, now))
        {
            memory.swept = Some(now);
            memory.answers.retain(|_, (since, _)| self.is_fresh(*since, now));
        }
        if memory.answers.len() < self.capacity {
            memory.answers.insert(key, (now, value));
        }
    }

    /// Forgets an answer because what it tells has changed.
    pub fn forget<Q>(&self, key: &Q)
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let mut memory = self.memory();
        memory.changes += 1;
        memory.answers.remove(key);
    }

    /// Forgets every answer that the test picks.
    pub fn forget_where(&self, mut picks: impl FnMut(&K, &V) -> bool) {
        let mut memory = self.memory();
        memory.changes += 1;
        memory.answers.retain(|key, (_, value)| !picks(key, value));
    }

    /// A clock that was set back makes everything stale rather than everlasting.
    fn is_fresh(&self, since: Timestamp, now: Timestamp) -> bool {
        since <= now && now.since(since) < self.keeps
    }

    fn memory(&self) -> MutexGuard<'_, Memory<K, V>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn learn(recent: &Recent<&'static str, u32>, key: &'static str, value: u32, now: Timestamp) {
        if let Recall::Unknown(question) = recent.recall(&key, now) {
            recent.keep(question, key, value, now);
        }
    }

    #[track_caller]
    fn check(recent: &Recent<&'static str, u32>, key: &'static str, now: Timestamp, expected: Option<u32>) {
        let known = match recent.recall(&key, now) {
            Recall::Known(value) => Some(value),
            Recall::Unknown(_) => None,
        };
        assert_eq!(known, expected, "{key} at {now}");
    }

    #[test]
    fn keeps_an_answer_for_a_while() {
        let recent = Recent::new(SECOND, 10);
        learn(&recent, "a", 1, at(0));
        check(&recent, "a", at(999), Some(1));
        check(&recent, "a", at(1000), None);
        check(&recent, "a", at(-1), None);
        check(&recent, "b", at(0), None);
    }

    #[test]
    fn forgets_at_once() {
        let recent = Recent::new(SECOND, 10);
        learn(&recent, "a", 1, at(0));
        learn(&recent, "b", 2, at(0));
        recent.forget(&"a");
        check(&recent, "a", at(0), None);
        check(&recent, "b", at(0), Some(2));
        recent.forget_where(|_, value| *value == 2);
        check(&recent, "b", at(0), None);
    }

    #[test]
    fn an_answer_read_before_a_change_is_not_kept() {
        let recent = Recent::new(SECOND, 10);
        let Recall::Unknown(question) = recent.recall(&"a", at(0)) else {
            panic!("nothing was learnt")
        };
        recent.forget(&"a");
        recent.keep(question, "a", 1, at(0));
        check(&recent, "a", at(0), None);
    }

    #[test]
    fn is_bounded() {
        let recent = Recent::new(SECOND, 1);
        learn(&recent, "a", 1, at(0));
        learn(&recent, "b", 2, at(0));
        check(&recent, "b", at(0), None);
        learn(&recent, "b", 2, at(1000));
        check(&recent, "b", at(1000), Some(2));
    }
}
