//! One transaction on one store, whichever engine keeps it: what `Cx` and `PlatformCx` have in common.

use std::time::Duration;

use stoa_core::{Actor, Timestamp};
use tokio::time::timeout;

use crate::{
    DbError, DbResult, Row, Value,
    journal::{Entry, JournalTexts, Sealed},
    parse::arity,
    postgres,
    render::{Dialect, Rendered, render},
    sql::Text,
    sqlite,
};

/// Longer than the server lets a statement run: what has no answer by then has lost its server.
const COMMIT: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) enum Tx {
    Sqlite(sqlite::Tx),
    Postgres(Box<postgres::Tx>),
}

#[derive(Debug)]
pub(crate) struct Unit {
    tx: Tx,
    access: Access,
    now: Timestamp,
    actor: Actor,
    events: Vec<Entry>,
    /// A statement failed: PostgreSQL has given the transaction up, and SQLite's goes with it.
    failed: bool,
}

/// What a unit of work may do; the engine holds it to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

impl Unit {
    pub(crate) fn new(tx: Tx, access: Access, now: Timestamp, actor: Actor) -> Self {
        Self {
            tx,
            access,
            now,
            actor,
            events: Vec::new(),
            failed: false,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn actor(&self) -> &Actor {
        &self.actor
    }

    pub(crate) fn record(&mut self, entry: Entry) {
        self.events.push(entry);
    }

    pub(crate) async fn query<T>(
        &mut self,
        text: &'static Text,
        bound: Vec<Value>,
        heavy: bool,
        map: fn(&mut Row<'_>) -> DbResult<T>,
    ) -> DbResult<Vec<T>> {
        let rendered = self.render(text, bound)?;
        let rows = match &mut self.tx {
            Tx::Sqlite(tx) => tx.query(&rendered, heavy, text.place(), map),
            Tx::Postgres(tx) => tx.query(&rendered, heavy, map).await,
        };
        self.note(rows, text)
    }

    pub(crate) async fn execute_each(
        &mut self,
        text: &'static Text,
        rows: Vec<Vec<Value>>,
        heavy: bool,
    ) -> DbResult<Vec<u64>> {
        let rendered = self.render_each(text, rows)?;
        let changed = match &mut self.tx {
            Tx::Sqlite(tx) => tx.execute_each(&rendered, heavy, text.place()),
            Tx::Postgres(tx) => tx.execute_each(rendered).await,
        };
        self.note(changed, text)
    }

    /// Runs at once what travels nowhere; what does waits for the next flight.
    pub(crate) fn queue_each(&mut self, text: &'static Text, rows: Vec<Vec<Value>>) -> DbResult<()> {
        if self.access == Access::Read {
            return Err(DbError::unexpected("a reader queued a statement"));
        }
        let rendered = self.render_each(text, rows)?;
        let queued = match &mut self.tx {
            Tx::Sqlite(tx) => tx.execute_each(&rendered, false, text.place()).map(drop),
            Tx::Postgres(tx) => {
                tx.queue(rendered);
                Ok(())
            }
        };
        self.note(queued, text)
    }

    /// Has the engine compile a text without running it.
    pub(crate) async fn prepare(&self, text: &'static Text, bound: Vec<Value>) -> DbResult<()> {
        let rendered = self.render(text, bound)?;
        match &self.tx {
            Tx::Sqlite(tx) => tx.prepare(&rendered),
            Tx::Postgres(tx) => tx.prepare(&rendered).await.map(drop),
        }
    }

    /// Numbers and chains what was recorded and commits. `telling` is dropped when that is over.
    pub(crate) async fn commit<T: Send + 'static>(
        mut self,
        journal: &JournalTexts,
        telling: T,
    ) -> DbResult<()> {
        if self.failed {
            return Err(DbError::unexpected(
                "a unit of work went on after a failed statement",
            ));
        }
        if self.access == Access::Read {
            let recorded = !self.events.is_empty();
            return if recorded {
                Err(DbError::unexpected("a reader recorded an event"))
            } else {
                Ok(())
            };
        }
        let last = self.seal_journal(journal).await?;
        match self.tx {
            Tx::Sqlite(tx) => tx.commit(&last),
            Tx::Postgres(tx) => see_through(*tx, last, telling).await,
        }
    }

    /// Locks the journal's head and says what is left to write with the commit.
    async fn seal_journal(&mut self, texts: &JournalTexts) -> DbResult<Vec<Rendered>> {
        if self.events.is_empty() {
            return Ok(Vec::new());
        }
        let events = std::mem::take(&mut self.events);
        let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
        let head = self
            .query(texts.advance(), vec![count.into()], false, |row| {
                Ok((row.next()?, row.next()?))
            })
            .await?;
        let (last, hash): (i64, [u8; 32]) = head
            .into_iter()
            .next()
            .ok_or_else(|| DbError::unexpected("the journal has no head"))?;
        let sealed = Sealed::chain(last - count, hash, events, self.now, &self.actor);
        let mut writes = Vec::with_capacity(sealed.rows.len() + 1);
        for row in sealed.rows {
            writes.push(self.render(texts.insert(), row)?);
        }
        writes.push(self.render(texts.seal(), vec![sealed.head.into()])?);
        Ok(writes)
    }

    fn render_each(&self, text: &'static Text, rows: Vec<Vec<Value>>) -> DbResult<Vec<Rendered>> {
        rows.into_iter().map(|row| self.render(text, row)).collect()
    }

    fn render(&self, text: &'static Text, bound: Vec<Value>) -> DbResult<Rendered> {
        let parts = text.parts();
        if arity(parts) != bound.len() {
            return Err(DbError::unexpected(format!(
                "{} got {} arguments",
                text.place(),
                bound.len()
            )));
        }
        Ok(render(parts, bound, self.dialect()))
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self.tx {
            Tx::Sqlite(_) => Dialect::Sqlite,
            Tx::Postgres(_) => Dialect::Postgres,
        }
    }

    fn note<T>(&mut self, result: DbResult<T>, text: &'static Text) -> DbResult<T> {
        result.inspect_err(|error| {
            self.failed = true;
            tracing::debug!(place = text.place(), %error, "statement failed");
        })
    }
}

/// Commits, also when nobody waits for it any more: what was sent may be done, and until its answer is there nobody knows.
async fn see_through<T: Send + 'static>(tx: postgres::Tx, last: Vec<Rendered>, telling: T) -> DbResult<()> {
    let commit = async move {
        let committed = timeout(COMMIT, tx.commit(last)).await;
        drop(telling);
        committed.unwrap_or_else(|late| Err(DbError::unavailable(late)))
    };
    tokio::spawn(commit)
        .await
        .map_err(|error| DbError::unexpected(format!("a commit broke off: {error}")))?
}
