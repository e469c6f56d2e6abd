//! Files that are arriving, by business: taking one in costs more than other requests, and a business needs one at a time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use stoa_core::TenantId;

use crate::error::ImportsError;

/// How many files of one business a process takes in at once.
const MAX: usize = 2;

type Counts = HashMap<TenantId, usize>;

/// How many files of which business arrive. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arrivals(Arc<Mutex<Counts>>);

/// One file that arrives, until this is dropped.
#[derive(Debug)]
pub(crate) struct Arriving {
    arrivals: Arrivals,
    tenant: TenantId,
}

impl Arrivals {
    pub(crate) fn begin(&self, tenant: TenantId) -> Result<Arriving, ImportsError> {
        self.change(|counts| {
            let count = counts.entry(tenant).or_default();
            if *count == MAX {
                return Err(ImportsError::TooManyAtOnce);
            }
            *count += 1;
            Ok(Arriving {
                arrivals: self.clone(),
                tenant,
            })
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut Counts) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.arrivals.change(|counts| match counts.get_mut(&self.tenant) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(counts.remove(&self.tenant)),
        });
    }
}

#[cfg(test)]
mod tests {
    use stoa_core::{Failure as _, Timestamp};

    use super::*;

    /// ATK-M8: a business takes no more of a process than two files' room, and leaves it to others.
    #[test]
    fn two_files_of_a_business_arrive_at_once() -> Result<(), ImportsError> {
        let arrivals = Arrivals::default();
        let [one, other] = [1, 2].map(|at| TenantId::new(Timestamp::from_millis(at)));
        let first = arrivals.begin(one)?;
        let _second = arrivals.begin(one)?;
        let third = arrivals.begin(one);
        assert_eq!(
            third.err().map(|refused| refused.code()),
            Some("imports.too_many_at_once")
        );
        let _others = arrivals.begin(other)?;
        drop(first);
        let _third = arrivals.begin(one)?;
        Ok(())
    }
}
