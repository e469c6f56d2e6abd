//! How long something took, many times.

use std::time::Duration;

/// Spans of time in ascending order.
#[derive(Debug, Default)]
pub(crate) struct Spans(Vec<Duration>);

impl Spans {
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// What so many per cent do not exceed.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let last = self.0.len().saturating_sub(1);
        let at = (self.0.len() * percent / 100).min(last);
        self.0.get(at).copied().unwrap_or_default()
    }

    pub(crate) fn median(&self) -> Duration {
        self.percentile(50)
    }

    pub(crate) fn p99(&self) -> Duration {
        self.percentile(99)
    }
}

impl FromIterator<Duration> for Spans {
    fn from_iter<I: IntoIterator<Item = Duration>>(spans: I) -> Self {
        let mut spans: Vec<Duration> = spans.into_iter().collect();
        spans.sort();
        Self(spans)
    }
}

/// A span as people read it: `830 µs`, `4.2 ms`, `1.35 s`.
pub(crate) fn shown(span: Duration) -> String {
    let seconds = span.as_secs_f64();
    if seconds < 0.001 {
        format!("{:.0} µs", seconds * 1e6)
    } else if seconds < 1.0 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{seconds:.2} s")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Spans, shown};

    #[test]
    fn the_slowest_hundredth() {
        let spans: Spans = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(spans.median(), Duration::from_millis(101));
        assert_eq!(spans.p99(), Duration::from_millis(199));
        assert_eq!(Spans::default().p99(), Duration::ZERO);
    }

    #[test]
    fn spans_are_shown_in_the_unit_that_fits() {
        assert_eq!(shown(Duration::from_micros(830)), "830 µs");
        assert_eq!(shown(Duration::from_micros(4200)), "4.2 ms");
        assert_eq!(shown(Duration::from_millis(1350)), "1.35 s");
    }
}
