//! How many letters a business may send in a day: anybody can open one, and mail servers judge the platform by what all of
//! them send.

use std::time::Duration;

use sha2::{Digest, Sha256};
use stoa_core::Timestamp;
use stoa_db::{Cx, DbResult, sql};
use stoa_jobs::{JobError, Running};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// What has waited for so many days says nothing any more.
const MAX_DAYS: u32 = 3;
const MICROS_PER_DAY: i64 = 24 * 60 * 60 * 1_000_000;
/// Under which all of a day's letters are counted.
const ALL: &[u8] = &[];

/// Letters in a day, by UTC.
#[derive(Debug, Clone, Copy)]
pub struct LetterBudget {
    /// Of a business.
    pub tenant: u32,
    /// Of a business to one address. To its own there may be as many as it has letters.
    pub recipient: u32,
}

impl LetterBudget {
    pub const NONE: Self = Self {
        tenant: u32::MAX,
        recipient: u32::MAX,
    };

    /// Whether one more may be sent, to a visitor's address or to the business itself.
    pub(crate) async fn check(self, running: &Running, to: Option<&str>) -> Result<(), JobError> {
        let now = running.clock().now();
        let mut cx = running.read().await?;
        if let Some(to) = to
            && sent(&mut cx, day(now), &digest(to)).await? >= i64::from(self.recipient)
        {
            let why = format!(
                "{} letters were sent to this address today; no more are",
                self.recipient
            );
            return Err(JobError::Hopeless(why));
        }
        if sent(&mut cx, day(now), ALL).await? < i64::from(self.tenant) {
            return Ok(());
        }
        let said = format!("the business has sent {} letters today", self.tenant);
        if now.since(written_at(running)) > DAY * MAX_DAYS {
            let why = format!("{said}, and this one has waited for {MAX_DAYS} days");
            return Err(JobError::Hopeless(why));
        }
        Err(JobError::PutOff(
            until_tomorrow(now),
            format!("{said}; this one waits for tomorrow"),
        ))
    }
}

/// Counts a letter that was sent. The days before are forgotten.
pub(crate) async fn count(cx: &mut Cx, to: Option<&str>) -> DbResult<()> {
    let day = day(cx.now());
    cx.sql(sql!("DELETE FROM letters_sent WHERE day < $1"))
        .bind(day)
        .execute()
        .await?;
    add(cx, day, ALL).await?;
    match to {
        Some(to) => add(cx, day, &digest(to)).await,
        None => Ok(()),
    }
}

async fn add(cx: &mut Cx, day: i64, recipient: &[u8]) -> DbResult<()> {
    let counted = cx
        .sql(sql!(
            "UPDATE letters_sent SET letters = letters + 1 WHERE day = $1 AND recipient = $2"
        ))
        .bind(day)
        .bind(recipient)
        .execute()
        .await?;
    if counted == 0 {
        // Only who holds the business's lease sends its letters, so nobody else adds the row meanwhile.
        cx.sql(sql!(
            "INSERT INTO letters_sent (day, recipient, letters) VALUES ($1, $2, 1)"
        ))
        .bind(day)
        .bind(recipient)
        .execute()
        .await?;
    }
    Ok(())
}

async fn sent(cx: &mut Cx, day: i64, recipient: &[u8]) -> DbResult<i64> {
    let letters: Option<(i64,)> = cx
        .sql(sql!(
            "SELECT letters FROM letters_sent WHERE day = $1 AND recipient = $2"
        ))
        .bind(day)
        .bind(recipient)
        .optional()
        .await?;
    Ok(letters.map_or(0, |(letters,)| letters))
}

/// Addresses need not be known to be counted.
fn digest(to: &str) -> [u8; 32] {
    Sha256::digest(to).into()
}

/// A job's id says when it was added.
fn written_at(running: &Running) -> Timestamp {
    let at = running.id().uuid().get_timestamp();
    let seconds = at.map_or(0, |at| at.to_unix().0);
    Timestamp::from_micros(0).plus(Duration::from_secs(seconds))
}

fn day(now: Timestamp) -> i64 {
    now.as_micros().div_euclid(MICROS_PER_DAY)
}

fn until_tomorrow(now: Timestamp) -> Duration {
    let tomorrow = Timestamp::from_micros((day(now) + 1).saturating_mul(MICROS_PER_DAY));
    tomorrow.since(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tomorrow_begins_at_midnight() {
        let noon = Timestamp::from_micros(MICROS_PER_DAY * 3 / 2);
        assert_eq!((day(noon), until_tomorrow(noon)), (1, DAY / 2));
        let midnight = Timestamp::from_micros(MICROS_PER_DAY);
        assert_eq!((day(midnight), until_tomorrow(midnight)), (1, DAY));
    }
}
