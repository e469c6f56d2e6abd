//! Which tenants ask most and take longest, for an operator who wants to know: counted in a bounded place, named nowhere else.

use std::{
    collections::HashMap,
    fmt::Write as _,
    mem,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// So many more are counted than are shown: who is shown has hardly been counted for another.
const COUNTED_PER_SHOWN: usize = 16;
/// How long requests are added up.
const INTERVAL: Duration = Duration::from_secs(60);
/// All who are not shown; no business can be called so.
const OTHERS: &str = "other";

/// The requests of an interval that has ended are shown; those of the first one, as they come.
#[derive(Debug)]
pub(crate) struct Busiest {
    shown: usize,
    intervals: Mutex<Intervals>,
}

#[derive(Debug, Default)]
struct Intervals {
    /// When the current one began.
    since: Option<Duration>,
    current: Interval,
    ended: Option<Interval>,
}

/// The algorithm Space-Saving (Metwally, Agrawal, El Abbadi, 2005): when there is no place left, whoever asks anew takes
/// the place and the rank of who asks least.
#[derive(Debug, Default)]
struct Interval {
    total: Tally,
    tenants: HashMap<Box<str>, Place>,
}

#[derive(Debug, Default)]
struct Place {
    rank: u64,
    tally: Tally,
}

#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    requests: u64,
    took: Duration,
}

impl Busiest {
    /// None are counted when none are to be shown.
    pub(crate) fn new(shown: usize) -> Self {
        Self {
            shown,
            intervals: Mutex::default(),
        }
    }

    /// Counts a request of a tenant that was answered `now`.
    pub(crate) fn note(&self, tenant: &str, took: Duration, now: impl FnOnce() -> Duration) {
        if self.shown == 0 {
            return;
        }
        let places = self.shown.saturating_mul(COUNTED_PER_SHOWN);
        let mut intervals = self.intervals.lock().unwrap_or_else(PoisonError::into_inner);
        intervals.turn(now());
        intervals.current.note(tenant, took, places);
    }

    /// In the text format of Prometheus.
    pub(crate) fn render(&self, now: Duration) -> String {
        let mut intervals = self.intervals.lock().unwrap_or_else(PoisonError::into_inner);
        intervals.turn(now);
        let shown = intervals.ended.as_ref().unwrap_or(&intervals.current);
        match shown.total.requests {
            0 => String::new(),
            _ => render(&shown.busiest(self.shown)),
        }
    }
}

impl Intervals {
    /// Ends the current interval when its time is over.
    fn turn(&mut self, now: Duration) {
        let passed = now.saturating_sub(*self.since.get_or_insert(now));
        if passed < INTERVAL {
            return;
        }
        let ended = mem::take(&mut self.current);
        let is_last = passed < INTERVAL * 2;
        self.ended = Some(if is_last { ended } else { Interval::default() });
        let over = u64::try_from(passed.as_millis() % INTERVAL.as_millis()).unwrap_or(0);
        self.since = Some(now.saturating_sub(Duration::from_millis(over)));
    }
}

impl Interval {
    fn note(&mut self, tenant: &str, took: Duration, places: usize) {
        self.total.add(took);
        if let Some(place) = self.tenants.get_mut(tenant) {
            place.rank += 1;
            place.tally.add(took);
            return;
        }
        let mut place = Place::default();
        if self.tenants.len() >= places {
            let least = self.tenants.iter().min_by_key(|(_, place)| place.rank);
            if let Some(least) = least.map(|(tenant, _)| tenant.clone()) {
                place.rank = self.tenants.remove(&least).map_or(0, |least| least.rank);
            }
        }
        place.rank += 1;
        place.tally.add(took);
        self.tenants.insert(tenant.into(), place);
    }

    /// The busiest by name, then all others together.
    fn busiest(&self, shown: usize) -> Vec<(&str, Tally)> {
        let mut ranked: Vec<_> = self.tenants.iter().collect();
        ranked.sort_by(|one, other| (other.1.rank, one.0).cmp(&(one.1.rank, other.0)));
        let named = ranked.into_iter().take(shown);
        let mut busiest: Vec<(&str, Tally)> = named.map(|(tenant, place)| (&**tenant, place.tally)).collect();
        let mut others = self.total;
        for (_, tally) in &busiest {
            others.requests -= tally.requests;
            others.took -= tally.took;
        }
        busiest.push((OTHERS, others));
        busiest
    }
}

impl Tally {
    fn add(&mut self, took: Duration) {
        self.requests += 1;
        self.took += took;
    }
}

fn render(busiest: &[(&str, Tally)]) -> String {
    let mut text = String::from(
        "# HELP stoa_tenant_requests Requests within the minute that has ended.\n# TYPE stoa_tenant_requests gauge\n",
    );
    for (tenant, tally) in busiest {
        let _ = writeln!(
            text,
            "stoa_tenant_requests{{tenant=\"{tenant}\"}} {}",
            tally.requests
        );
    }
    text.push_str(
        "# HELP stoa_tenant_seconds How long they took together.\n# TYPE stoa_tenant_seconds gauge\n",
    );
    for (tenant, tally) in busiest {
        let seconds = tally.took.as_secs_f64();
        let _ = writeln!(text, "stoa_tenant_seconds{{tenant=\"{tenant}\"}} {seconds}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: Duration = Duration::from_millis(2);

    /// What is shown of requests, without the comments.
    fn shown(busiest: &Busiest, now: u64) -> Vec<String> {
        let text = busiest.render(Duration::from_secs(now));
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| line.replace("stoa_tenant_", "")).collect()
    }

    #[test]
    fn the_busiest_stand_out_of_many() {
        let busiest = Busiest::new(2);
        for round in 0..1000 {
            let note = |tenant: &str| busiest.note(tenant, REQUEST, || Duration::ZERO);
            note("silk");
            if round % 2 == 0 {
                note("clay");
            }
            if round % 10 == 0 {
                note(&format!("other-{round}"));
            }
        }
        let expected = [
            "requests{tenant=\"silk\"} 1000",
            "requests{tenant=\"clay\"} 500",
            "requests{tenant=\"other\"} 100",
            "seconds{tenant=\"silk\"} 2",
            "seconds{tenant=\"clay\"} 1",
            "seconds{tenant=\"other\"} 0.2",
        ];
        assert_eq!(shown(&busiest, 59), expected);
        assert_eq!(shown(&busiest, 60), expected, "the minute that has ended");
        let held = busiest
            .intervals
            .lock()
            .map(|intervals| intervals.ended.as_ref().map(|ended| ended.tenants.len()));
        assert_eq!(held.ok().flatten(), Some(32));
    }

    #[test]
    fn what_was_before_is_forgotten() {
        let busiest = Busiest::new(1);
        let note = |tenant: &str, at: u64| busiest.note(tenant, REQUEST, || Duration::from_secs(at));
        note("silk", 1000);
        note("clay", 1061);
        let requests = |now| shown(&busiest, now).into_iter().next().unwrap_or_default();
        assert_eq!(requests(1062), "requests{tenant=\"silk\"} 1");
        assert_eq!(requests(1120), "requests{tenant=\"clay\"} 1");
        assert_eq!(requests(1180), "", "nobody asked");
        assert_eq!(requests(9000), "");
    }

    #[test]
    fn nobody_is_counted_when_nobody_is_shown() {
        let busiest = Busiest::new(0);
        busiest.note("silk", REQUEST, || Duration::ZERO);
        assert_eq!(shown(&busiest, 0), Vec::<String>::new());
    }
}
