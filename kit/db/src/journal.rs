//! The journal: every change that matters, numbered in the order of commit and chained by hashes.

use serde::Serialize;
use sha2::{Digest, Sha256};
use stoa_core::{Actor, Timestamp};

use crate::{DbResult, FromRow, Row, Value, control_sql, sql, sql::Text};

/// Which caches an event makes stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raises {
    Nothing,
    /// What public pages show.
    Content,
    /// What the tenant is and may do.
    Config,
}

/// Something that happened to a tenant's things, such as `order.placed`.
pub trait Event: Serialize {
    /// Noun and past participle: `order.placed`.
    const KIND: &'static str;
    const RAISES: Raises = Raises::Nothing;

    /// The id of what it happened to.
    fn subject(&self) -> String;
}

/// A line of the journal, as readers see it.
#[derive(Debug, Clone)]
pub struct JournalLine {
    pub seq: i64,
    pub at: Timestamp,
    pub actor: String,
    pub kind: String,
    pub subject: String,
    pub data: String,
}

/// Which lines of a journal.
#[derive(Debug, Clone, Default)]
pub struct JournalFilter {
    pub kind: Option<String>,
    pub subject: Option<String>,
}

impl JournalFilter {
    pub(crate) fn is_empty(&self) -> bool {
        self.kind.is_none() && self.subject.is_none()
    }
}

impl FromRow for JournalLine {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            seq: row.next()?,
            at: row.next()?,
            actor: row.next()?,
            kind: row.next()?,
            subject: row.next()?,
            data: row.next()?,
        })
    }
}

/// An event that waits for the commit.
#[derive(Debug)]
pub(crate) struct Entry {
    kind: &'static str,
    subject: String,
    data: String,
}

impl Entry {
    pub(crate) fn of<E: Event>(event: &E) -> Self {
        // Events are plain structs of ours; one that cannot be written as JSON still leaves its trace.
        let data =
            serde_json::to_string(event).unwrap_or_else(|error| format!("{{\"unwritable\":\"{error}\"}}"));
        Self {
            kind: E::KIND,
            subject: event.subject(),
            data,
        }
    }
}

/// Rows ready to be written, and the hash that the head then holds.
pub(crate) struct Sealed {
    pub(crate) rows: Vec<Vec<Value>>,
    pub(crate) head: [u8; 32],
}

impl Sealed {
    pub(crate) fn chain(
        last: i64,
        mut head: [u8; 32],
        entries: Vec<Entry>,
        now: Timestamp,
        actor: &Actor,
    ) -> Self {
        let actor = actor.to_string();
        let mut rows = Vec::with_capacity(entries.len());
        for (seq, entry) in (last + 1..).zip(entries) {
            // The chain holds a digest of the data, so that personal data can be erased without breaking it.
            let digest: [u8; 32] = Sha256::digest(entry.data.as_bytes()).into();
            head = link(head, seq, now, [&actor, entry.kind, &entry.subject], digest);
            rows.push(crate::args![
                seq,
                now,
                &actor,
                entry.kind,
                entry.subject,
                entry.data,
                digest,
                head
            ]);
        }
        Self { rows, head }
    }
}

/// The hash of a line: over the line before, its number and time, who did what to what, and the digest of its data.
pub(crate) fn link(
    previous: [u8; 32],
    seq: i64,
    at: Timestamp,
    texts: [&str; 3],
    digest: [u8; 32],
) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(seq.to_be_bytes());
    hash.update(at.as_micros().to_be_bytes());
    for text in texts {
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.update(digest);
    hash.finalize().into()
}

/// The statements of a journal: a tenant's and the platform's are separate tables in separate stores.
pub(crate) enum JournalTexts {
    Tenant,
    Platform,
}

impl JournalTexts {
    /// Moves the head, which locks it: what comes after is in the order of commit.
    pub(crate) fn advance(&self) -> &'static Text {
        match self {
            Self::Tenant => &sql!("UPDATE journal_head SET seq = seq + $1 RETURNING seq, hash").0,
            Self::Platform => &control_sql!("UPDATE journal_head SET seq = seq + $1 RETURNING seq, hash").0,
        }
    }

    pub(crate) fn insert(&self) -> &'static Text {
        match self {
            Self::Tenant => {
                &sql!(
                    "INSERT INTO journal (seq, at, actor, kind, subject, data, digest, hash)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
                )
                .0
            }
            Self::Platform => {
                &control_sql!(
                    "INSERT INTO journal (seq, at, actor, kind, subject, data, digest, hash)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
                )
                .0
            }
        }
    }

    /// The head as it stands.
    pub(crate) fn head(&self) -> &'static Text {
        match self {
            Self::Tenant => &sql!("SELECT seq, hash FROM journal_head").0,
            Self::Platform => &control_sql!("SELECT seq, hash FROM journal_head").0,
        }
    }

    /// Lines behind a number, for checking them.
    pub(crate) fn lines(&self) -> &'static Text {
        match self {
            Self::Tenant => {
                &sql!(
                    "SELECT seq, at, actor, kind, subject, data, digest, hash FROM journal
                     WHERE seq > $1 ORDER BY seq LIMIT $2"
                )
                .0
            }
            Self::Platform => {
                &control_sql!(
                    "SELECT seq, at, actor, kind, subject, data, digest, hash FROM journal
                     WHERE seq > $1 ORDER BY seq LIMIT $2"
                )
                .0
            }
        }
    }

    pub(crate) fn seal(&self) -> &'static Text {
        match self {
            Self::Tenant => &sql!("UPDATE journal_head SET hash = $1").0,
            Self::Platform => &control_sql!("UPDATE journal_head SET hash = $1").0,
        }
    }
}
