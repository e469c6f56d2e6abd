//! Checks a journal's chain: whether a line was changed, left out, moved or cut off since it was written.

use sha2::{Digest, Sha256};
use stoa_core::Timestamp;

use crate::{
    Cx, DbResult, FromRow, PlatformCx, Row,
    journal::{JournalTexts, link},
    unit::Unit,
};

/// How many lines are read at a time.
const PAGE: i64 = 1000;

/// What a journal was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audit {
    /// As it was written: so many lines.
    Whole { lines: i64 },
    /// Not as it was written, from this number on.
    Broken { at: i64 },
}

impl Cx {
    /// Checks the tenant's journal.
    pub async fn audit(&mut self) -> DbResult<Audit> {
        audit(self.unit(), &JournalTexts::Tenant).await
    }
}

impl PlatformCx {
    /// Checks the platform's journal.
    pub async fn audit(&mut self) -> DbResult<Audit> {
        audit(self.unit(), &JournalTexts::Platform).await
    }
}

async fn audit(unit: &mut Unit, texts: &JournalTexts) -> DbResult<Audit> {
    let (mut last, mut hash) = (0, [0; 32]);
    loop {
        let page = unit
            .query(
                texts.lines(),
                vec![last.into(), PAGE.into()],
                true,
                Line::from_row,
            )
            .await?;
        if page.is_empty() {
            break;
        }
        for line in page {
            match line.follow(last, hash) {
                Some(next) => (last, hash) = (line.seq, next),
                None => return Ok(Audit::Broken { at: last + 1 }),
            }
        }
    }
    let head = unit
        .query(texts.head(), Vec::new(), false, |row| {
            Ok((row.next()?, row.next()?))
        })
        .await?;
    let whole = head
        .first()
        .is_some_and(|head: &(i64, [u8; 32])| *head == (last, hash));
    Ok(if whole {
        Audit::Whole { lines: last }
    } else {
        Audit::Broken { at: last + 1 }
    })
}

struct Line {
    seq: i64,
    at: Timestamp,
    actor: String,
    kind: String,
    subject: String,
    data: String,
    digest: [u8; 32],
    hash: [u8; 32],
}

impl Line {
    /// The hash to go on with, when this line follows the last one as it was written. Data that was erased is empty.
    fn follow(&self, last: i64, previous: [u8; 32]) -> Option<[u8; 32]> {
        let hash = link(
            previous,
            self.seq,
            self.at,
            [&self.actor, &self.kind, &self.subject],
            self.digest,
        );
        let data: [u8; 32] = Sha256::digest(self.data.as_bytes()).into();
        let is_sound =
            self.seq == last + 1 && hash == self.hash && (self.data.is_empty() || data == self.digest);
        is_sound.then_some(hash)
    }
}

impl FromRow for Line {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            seq: row.next()?,
            at: row.next()?,
            actor: row.next()?,
            kind: row.next()?,
            subject: row.next()?,
            data: row.next()?,
            digest: row.next()?,
            hash: row.next()?,
        })
    }
}
