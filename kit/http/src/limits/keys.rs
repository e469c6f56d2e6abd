//! What budgets remember of each key, within a bound: of too many keys, the one that was quiet longest is forgotten.

use std::sync::{Mutex, MutexGuard, PoisonError};

use governor::{nanos::Nanos, state::StateStore};
use lru::LruCache;

use super::Key;

/// Keys in one shard; some 100 bytes each.
const PER_SHARD: usize = 2048;
const SHARDS: usize = 16;

/// The state of many keys. Shards keep requests on different keys out of each other's way.
pub(crate) struct Keys([Mutex<LruCache<Key, Nanos>>; SHARDS]);

impl Keys {
    pub(crate) fn new() -> Self {
        Self(std::array::from_fn(|_| Mutex::new(LruCache::unbounded())))
    }

    /// Networks of IPv6 end in zeros, so all bits decide.
    fn shard(&self, Key(bits): Key) -> MutexGuard<'_, LruCache<Key, Nanos>> {
        let folded = bits.to_be_bytes().into_iter().fold(0, |sum: u8, byte| sum ^ byte);
        let shard = &self.0[usize::from(folded) % SHARDS];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateStore for Keys {
    type Key = Key;

    fn measure_and_replace<T, F, E>(&self, key: &Key, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut shard = self.shard(*key);
        let (answer, state) = measure(shard.get(key).copied())?;
        shard.put(*key, state);
        if shard.len() > PER_SHARD {
            shard.pop_lru();
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_bounded() {
        let keys = Keys::new();
        for number in 0..100_000_u128 {
            let kept = keys.measure_and_replace(&Key(number << 64), |_| Ok::<_, ()>(((), Nanos::new(1))));
            assert!(kept.is_ok());
        }
        let held: usize = keys
            .0
            .iter()
            .filter_map(|shard| Some(shard.lock().ok()?.len()))
            .sum();
        assert_eq!(held, PER_SHARD * SHARDS);
    }
}
