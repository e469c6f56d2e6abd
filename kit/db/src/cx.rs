//! Units of work: one tenant (or the platform), one actor, one transaction, one reading of the clock.

use std::{collections::BTreeMap, sync::Arc};

use stoa_core::{Actor, Id, TenantId, Timestamp};
use stoa_vault::TenantKey;

use crate::{
    ControlSql, DbError, DbResult, Event, JournalFilter, JournalLine, Query, Sql, Stretch,
    db::Signals,
    generations::{self, Raised},
    journal::{Entry, JournalTexts},
    sql,
    unit::Unit,
};

/// A unit of work on one tenant's store. Dropped without `commit`, it rolls back.
#[derive(Debug)]
pub struct Cx {
    tenant: TenantId,
    unit: Unit,
    raised: Raised,
    recorded: bool,
    /// A job was added that is due.
    due: bool,
    /// Seals what jobs are to be done with; whoever only reads has none.
    key: Option<TenantKey>,
    signals: Arc<Signals>,
}

/// A unit of work on the control store. Never open together with a [`Cx`].
#[derive(Debug)]
pub struct PlatformCx {
    unit: Unit,
    /// In one order everywhere, so that no two wait for each other.
    raised: BTreeMap<TenantId, Raised>,
    key: TenantKey,
    signals: Arc<Signals>,
}

/// Tells the process what a commit has changed, once it is over. However it ended: an answer that was lost may belong to a
/// commit that was done.
struct Telling {
    tenant: TenantId,
    raised: Raised,
    recorded: bool,
    due: bool,
    signals: Arc<Signals>,
}

/// The same for a commit on the control store, which has told the other processes itself.
struct Raising {
    raised: BTreeMap<TenantId, Raised>,
    signals: Arc<Signals>,
}

impl Cx {
    pub(crate) fn new(tenant: TenantId, unit: Unit, key: Option<TenantKey>, signals: Arc<Signals>) -> Self {
        Self {
            tenant,
            unit,
            raised: Raised::default(),
            recorded: false,
            due: false,
            key,
            signals,
        }
    }

    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The instant this unit of work happens at.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.unit.now()
    }

    #[must_use]
    pub fn actor(&self) -> &Actor {
        self.unit.actor()
    }

    #[must_use]
    pub fn new_id<const PREFIX: u32>(&self) -> Id<PREFIX> {
        Id::new(self.now())
    }

    pub fn sql(&mut self, statement: &'static Sql) -> Query<'_> {
        Query::new(&mut self.unit, &statement.0)
    }

    /// Writes an event to the journal with the commit.
    pub fn record<E: Event>(&mut self, event: &E) {
        self.raised.note(E::RAISES);
        self.recorded = true;
        self.unit.record(Entry::of(event));
    }

    pub async fn commit(self) -> DbResult<()> {
        let telling = Telling {
            tenant: self.tenant,
            raised: self.raised,
            recorded: self.recorded,
            due: self.due,
            signals: self.signals,
        };
        self.unit.commit(&JournalTexts::Tenant, telling).await
    }

    pub(crate) fn unit(&mut self) -> &mut Unit {
        &mut self.unit
    }

    pub(crate) fn sealing_key(&self) -> DbResult<&TenantKey> {
        self.key
            .as_ref()
            .ok_or_else(|| DbError::unexpected("a reader has no key"))
    }

    pub(crate) fn note_due(&mut self) {
        self.due = true;
    }

    /// The journal's lines, newest first.
    pub async fn journal(
        &mut self,
        filter: &JournalFilter,
        stretch: &Stretch<i64>,
    ) -> DbResult<Vec<JournalLine>> {
        let lines = self
            .sql(sql!(
                "SELECT seq, at, actor, kind, subject, data FROM journal
                 WHERE 1 = 1{ AND kind = $1}{ AND subject = $2}{ AND {$3: seq < $4 | seq > $4}}
                 ORDER BY {$3: seq DESC | seq} LIMIT $5"
            ))
            .bind_if(filter.kind.as_deref())
            .bind_if(filter.subject.as_deref())
            .choose(stretch.order)
            .bind_if(stretch.after)
            .bind(stretch.limit);
        match filter.is_empty() {
            true => lines.all().await,
            // What is rare is looked for through all that happened.
            false => lines.heavy().all().await,
        }
    }

    /// The journal's lines behind one, in the order they were written.
    pub async fn journal_after(&mut self, seq: i64, limit: i64) -> DbResult<Vec<JournalLine>> {
        self.sql(sql!(
            "SELECT seq, at, actor, kind, subject, data FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2"
        ))
        .bind(seq)
        .bind(limit)
        .all()
        .await
    }

    /// The number of the journal's last line; 0 while it is empty.
    pub async fn journal_head(&mut self) -> DbResult<i64> {
        let (seq,) = self.sql(sql!("SELECT seq FROM journal_head")).one().await?;
        Ok(seq)
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        self.signals.generations.raise(self.tenant, self.raised);
        if self.recorded {
            self.signals.notices.tell(self.tenant);
        }
        if self.due {
            self.signals.warmth.note_due(self.tenant);
        }
    }
}

impl Drop for Raising {
    fn drop(&mut self) {
        for (tenant, raised) in &self.raised {
            self.signals.generations.bump(*tenant, *raised);
        }
    }
}

impl PlatformCx {
    pub(crate) fn new(unit: Unit, key: TenantKey, signals: Arc<Signals>) -> Self {
        Self {
            unit,
            raised: BTreeMap::new(),
            key,
            signals,
        }
    }

    /// The instant this unit of work happens at.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.unit.now()
    }

    #[must_use]
    pub fn actor(&self) -> &Actor {
        self.unit.actor()
    }

    #[must_use]
    pub fn new_id<const PREFIX: u32>(&self) -> Id<PREFIX> {
        Id::new(self.now())
    }

    pub fn sql(&mut self, statement: &'static ControlSql) -> Query<'_> {
        Query::new(&mut self.unit, &statement.0)
    }

    /// Writes an event to the platform's journal with the commit.
    pub fn record<E: Event>(&mut self, event: &E) {
        self.unit.record(Entry::of(event));
    }

    /// As [`record`](Self::record), of what happened to a tenant: what the event makes stale is told in the same
    /// transaction, so that no process that ends now leaves the others with what was.
    pub fn record_about<E: Event>(&mut self, tenant: TenantId, event: &E) {
        self.raised.entry(tenant).or_default().note(E::RAISES);
        self.record(event);
    }

    pub async fn commit(mut self) -> DbResult<()> {
        let raised = std::mem::take(&mut self.raised);
        let told = generations::tell(&mut self, raised.clone()).await?;
        let raising = Raising {
            raised,
            signals: Arc::clone(&self.signals),
        };
        self.unit.commit(&JournalTexts::Platform, raising).await?;
        self.signals.generations.told(told);
        Ok(())
    }

    pub(crate) fn sealing_key(&self) -> &TenantKey {
        &self.key
    }

    pub(crate) fn unit(&mut self) -> &mut Unit {
        &mut self.unit
    }
}
