//! How long after a failure a job is tried again.

use std::time::Duration;

use stoa_db::JobId;

const FIRST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(4 * 60 * 60);

/// Twice as long after each attempt, give or take a fifth: what failed together is not tried again together.
pub(crate) fn backoff(job: JobId, attempt: u32) -> Duration {
    let doubled = FIRST.saturating_mul(1 << attempt.saturating_sub(1).min(20));
    let lot = u32::try_from(job.uuid().as_u128() % 401).unwrap_or(200);
    doubled.min(LONGEST) * (800 + lot) / 1000
}

#[cfg(test)]
mod tests {
    use stoa_core::Timestamp;

    use super::*;

    #[track_caller]
    fn check(attempt: u32, middle: u64) {
        for _ in 0..50 {
            let waits = backoff(JobId::new(Timestamp::from_millis(1)), attempt);
            let (least, most) = (middle * 800, middle * 1200);
            assert!(
                (u128::from(least)..=u128::from(most)).contains(&waits.as_millis()),
                "{attempt}: {waits:?}"
            );
        }
    }

    #[test]
    fn waits_twice_as_long_each_time_up_to_a_bound() {
        check(1, 10);
        check(2, 20);
        check(5, 160);
        check(12, 14_400);
        check(u32::MAX, 14_400);
    }

    #[test]
    fn two_jobs_rarely_wait_equally_long() {
        let waits: std::collections::HashSet<_> = (0..50)
            .map(|_| backoff(JobId::new(Timestamp::from_millis(1)), 3))
            .collect();
        assert!(waits.len() > 25, "{}", waits.len());
    }
}
