//! Which tenants ask most, for an operator who wants to know: counted in a bounded place, named nowhere else.

use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{Mutex, PoisonError},
};

/// So many more are counted than are shown: who is shown has hardly been counted for another.
const COUNTED_PER_SHOWN: usize = 16;

/// The algorithm Space-Saving (Metwally, Agrawal, El Abbadi, 2005): when there is no place left, whoever asks anew takes
/// the place and the count of who asks least.
#[derive(Debug)]
pub(crate) struct Busiest {
    shown: usize,
    counts: Mutex<HashMap<Box<str>, u64>>,
}

impl Busiest {
    /// None are counted when none are to be shown.
    pub(crate) fn new(shown: usize) -> Self {
        Self {
            shown,
            counts: Mutex::default(),
        }
    }

    pub(crate) fn note(&self, tenant: &str) {
        if self.shown == 0 {
            return;
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(tenant) {
            *count += 1;
            return;
        }
        let mut count = 1;
        if counts.len() >= self.shown.saturating_mul(COUNTED_PER_SHOWN) {
            let least = counts.iter().min_by_key(|(_, count)| **count);
            let least = least.map(|(tenant, count)| (tenant.clone(), *count));
            if let Some((tenant, its)) = least {
                counts.remove(&tenant);
                count += its;
            }
        }
        counts.insert(tenant.into(), count);
    }

    /// In the text format of Prometheus.
    pub(crate) fn render(&self) -> String {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut busiest: Vec<_> = counts.iter().collect();
        busiest.sort_by(|one, other| (other.1, one.0).cmp(&(one.1, other.0)));
        let mut text = String::new();
        for (tenant, count) in busiest.into_iter().take(self.shown) {
            let _ = writeln!(text, "stoa_tenant_requests{{tenant=\"{tenant}\"}} {count}");
        }
        if !text.is_empty() {
            text.insert_str(0, "# TYPE stoa_tenant_requests gauge\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_stand_out_of_many() {
        let busiest = Busiest::new(2);
        for round in 0..1000 {
            busiest.note("silk");
            if round % 2 == 0 {
                busiest.note("clay");
            }
            if round % 10 == 0 {
                busiest.note(&format!("other-{round}"));
            }
        }
        assert_eq!(
            busiest.render(),
            "# TYPE stoa_tenant_requests gauge\nstoa_tenant_requests{tenant=\"silk\"} 1000\n\
             stoa_tenant_requests{tenant=\"clay\"} 500\n"
        );
        assert_eq!(busiest.counts.lock().map_or(0, |counts| counts.len()), 32);
        let none = Busiest::new(0);
        none.note("silk");
        assert_eq!(none.render(), "");
    }
}
