//! When what recurs is due again.

use std::time::Duration;

use jiff::{ToSpan, civil::Time, tz::TimeZone};
use stoa_core::Timestamp;

/// How something recurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    Every(Duration),
    /// Each day at this time by the business's own clocks.
    Daily {
        hour: i8,
        minute: i8,
    },
}

impl Timing {
    /// The next time after `now`. What was missed is not made up for.
    pub(crate) fn next(self, now: Timestamp, time_zone: &str) -> Timestamp {
        match self {
            Self::Every(period) => now.plus(period),
            Self::Daily { hour, minute } => daily(now, hour, minute, time_zone).unwrap_or(now.plus(DAY)),
        }
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn daily(now: Timestamp, hour: i8, minute: i8, time_zone: &str) -> Option<Timestamp> {
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    let time = Time::new(hour, minute, 0, 0).ok()?;
    let now = jiff::Timestamp::from_microsecond(now.as_micros()).ok()?;
    let mut day = now.to_zoned(zone.clone()).date();
    loop {
        // A time that a change of clocks leaves out comes when it would have been.
        let due = day.to_datetime(time).to_zoned(zone.clone()).ok()?.timestamp();
        if due > now {
            return Some(Timestamp::from_micros(due.as_microsecond()));
        }
        day = day.checked_add(1.day()).ok()?;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails where its values are wrong")]

    use super::*;

    #[track_caller]
    fn check(zone: &str, (hour, minute): (i8, i8), now: &str, expected: &str) {
        let next = Timing::Daily { hour, minute }.next(now.parse().unwrap(), zone);
        assert_eq!(next, expected.parse().unwrap(), "{zone} {now}");
    }

    #[test]
    fn a_day_is_the_business_s_own() {
        check(
            "Asia/Dhaka",
            (4, 0),
            "2026-11-21T21:59:59Z",
            "2026-11-21T22:00:00Z",
        );
        check(
            "Asia/Dhaka",
            (4, 0),
            "2026-11-21T22:00:00Z",
            "2026-11-22T22:00:00Z",
        );
        check("UTC", (4, 0), "2026-11-21T03:00:00Z", "2026-11-21T04:00:00Z");
        check(
            "Nowhere/Atall",
            (4, 0),
            "2026-11-21T03:00:00Z",
            "2026-11-21T04:00:00Z",
        );
    }

    #[test]
    fn changes_of_clocks_skip_no_day_and_double_none() {
        // 02:30 is left out on 2026-03-29 in Berlin, and comes twice on 2026-10-25.
        check(
            "Europe/Berlin",
            (2, 30),
            "2026-03-28T12:00:00Z",
            "2026-03-29T01:30:00Z",
        );
        check(
            "Europe/Berlin",
            (2, 30),
            "2026-10-24T12:00:00Z",
            "2026-10-25T00:30:00Z",
        );
        check(
            "Europe/Berlin",
            (2, 30),
            "2026-10-25T00:30:00Z",
            "2026-10-26T01:30:00Z",
        );
    }

    #[test]
    fn what_comes_every_hour_comes_an_hour_from_now() {
        let now = Timestamp::from_millis(5);
        let hour = Duration::from_secs(3600);
        assert_eq!(Timing::Every(hour).next(now, "UTC"), now.plus(hour));
    }
}
