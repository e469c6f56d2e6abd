//! Requests that may come twice: each key belongs to the first, in the unit of work that has its effect.

use std::time::Duration;

use crate::{Cx, DbResult, Value, sql};

/// How long a key is remembered.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// How many keys that are too old a new one takes away.
const SWEPT: i64 = 20;

/// Whose a key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// This request's: it commits with its answer, or not at all.
    Now,
    /// That of a request which was answered before.
    Before(Answered),
}

/// A request as it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Tells requests apart.
    pub request: [u8; 32],
    pub status: i64,
    pub answer: Vec<u8>,
}

impl Cx {
    /// Takes a key for a request. Of several at once, one gets it, and the others wait for what becomes of that one.
    pub async fn claim_key(&mut self, key: [u8; 32], request: [u8; 32]) -> DbResult<Claimed> {
        let now = self.now();
        let too_old = now.minus(KEPT);
        self.sweep_keys(SWEPT).await?;
        self.sql(sql!("DELETE FROM idempotency_keys WHERE key = $1 AND at <= $2"))
            .bind(key)
            .bind(too_old)
            .execute()
            .await?;
        let taken = self
            .sql(sql!(
                "INSERT INTO idempotency_keys (key, request, at, status, answer) VALUES ($1, $2, $3, 0, $4)
                 ON CONFLICT DO NOTHING"
            ))
            .bind(key)
            .bind(request)
            .bind(now)
            .bind(Vec::new())
            .execute()
            .await?;
        if taken == 1 {
            return Ok(Claimed::Now);
        }
        let (request, status, answer) = self
            .sql(sql!(
                "SELECT request, status, answer FROM idempotency_keys WHERE key = $1"
            ))
            .bind(key)
            .one()
            .await?;
        Ok(Claimed::Before(Answered {
            request,
            status,
            answer,
        }))
    }

    /// Keeps what the request of a key is answered.
    pub async fn keep_answer(&mut self, key: [u8; 32], status: i64, answer: Vec<u8>) -> DbResult<()> {
        self.sql(sql!(
            "UPDATE idempotency_keys SET status = $2, answer = $3 WHERE key = $1"
        ))
        .bind(key)
        .bind(status)
        .bind(answer)
        .execute()
        .await?;
        Ok(())
    }

    /// Takes away some of the keys that are too old. Each new one does so, so that none pile up, and whoever does the
    /// tenant's jobs, so that none stay.
    pub async fn sweep_keys(&mut self, limit: i64) -> DbResult<()> {
        let too_old = self.now().minus(KEPT);
        // In one order, so that no two wait for each other.
        let keys: Vec<(Vec<u8>,)> = self
            .sql(sql!(
                "SELECT key FROM idempotency_keys WHERE at <= $1 ORDER BY at, key LIMIT $2 FOR UPDATE"
            ))
            .bind(too_old)
            .bind(limit)
            .all()
            .await?;
        if keys.is_empty() {
            return Ok(());
        }
        let rows = keys.into_iter().map(|(key,)| vec![Value::from(key)]);
        self.sql(sql!("DELETE FROM idempotency_keys WHERE key = $1"))
            .execute_each(rows)
            .await?;
        Ok(())
    }
}
