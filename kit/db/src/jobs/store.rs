//! The two kinds of stores that have jobs, a tenant's and the platform's: the same tables, statements and rules.

use std::fmt;

use stoa_core::{Actor, TenantId, Timestamp};
use stoa_vault::{Place, SealError, TenantKey};

use super::{JobId, Lease};
use crate::{ControlSql, Cx, Db, DbError, DbResult, PlatformCx, Query, Sql, TenantDb, jobs::wakeups};

/// A statement on the jobs of a store, whichever it is.
#[derive(Debug, Clone, Copy)]
pub struct JobSql {
    pub(crate) tenant: &'static Sql,
    pub(crate) platform: &'static ControlSql,
}

/// Registers a statement on a store's jobs, for tenants' stores and for the platform's.
macro_rules! job_sql {
    ($text:literal) => {
        $crate::jobs::JobSql {
            tenant: $crate::sql!($text),
            platform: $crate::control_sql!($text),
        }
    };
}
pub(super) use job_sql;

/// A store that has jobs: a [`TenantDb`], or the [`Db`] for the platform's own.
pub trait JobStore: Clone + fmt::Debug + Send + Sync + 'static {
    type Unit: JobUnit;

    fn read(&self) -> impl Future<Output = DbResult<Self::Unit>> + Send;

    /// A unit of work that writes with `commit`. Somebody is sure to look at what it leaves to be done.
    fn begin(&self) -> impl Future<Output = DbResult<Self::Unit>> + Send;

    /// A unit of work of whoever holds the lease on the store's jobs, and so is sure to look at what it leaves to be done.
    fn begin_under(&self, lease: &Lease) -> impl Future<Output = DbResult<Self::Unit>> + Send;
}

/// A unit of work on a store that has jobs.
pub trait JobUnit: Send {
    fn jobs_sql(&mut self, statement: JobSql) -> Query<'_>;

    fn now(&self) -> Timestamp;

    /// The key that seals what jobs are to be done with.
    fn key(&self) -> DbResult<&TenantKey>;

    /// Has somebody look once this is committed.
    fn note_due(&mut self) -> impl Future<Output = DbResult<()>> + Send;

    fn commit(self) -> impl Future<Output = DbResult<()>> + Send;
}

impl JobStore for TenantDb {
    type Unit = Cx;

    async fn read(&self) -> DbResult<Cx> {
        Self::read(self).await
    }

    async fn begin(&self) -> DbResult<Cx> {
        Self::begin(self).await
    }

    async fn begin_under(&self, lease: &Lease) -> DbResult<Cx> {
        if lease.tenant != self.tenant() {
            return Err(DbError::unexpected("a lease on another tenant"));
        }
        self.begin_awaited().await
    }
}

impl JobStore for Db {
    type Unit = PlatformCx;

    async fn read(&self) -> DbResult<PlatformCx> {
        self.platform_read().await
    }

    async fn begin(&self) -> DbResult<PlatformCx> {
        self.platform_begin(Actor::Job).await
    }

    async fn begin_under(&self, lease: &Lease) -> DbResult<PlatformCx> {
        if !lease.is_of_platform() {
            return Err(DbError::unexpected("a lease on a tenant"));
        }
        self.platform_begin(Actor::Job).await
    }
}

impl JobUnit for Cx {
    fn jobs_sql(&mut self, statement: JobSql) -> Query<'_> {
        self.sql(statement.tenant)
    }

    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    fn key(&self) -> DbResult<&TenantKey> {
        self.sealing_key()
    }

    async fn note_due(&mut self) -> DbResult<()> {
        Self::note_due(self);
        Ok(())
    }

    async fn commit(self) -> DbResult<()> {
        Self::commit(self).await
    }
}

impl JobUnit for PlatformCx {
    fn jobs_sql(&mut self, statement: JobSql) -> Query<'_> {
        self.sql(statement.platform)
    }

    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    fn key(&self) -> DbResult<&TenantKey> {
        Ok(self.sealing_key())
    }

    /// Its row of wakeups is in the same store.
    async fn note_due(&mut self) -> DbResult<()> {
        wakeups::hasten(self, platform()).await.map(drop)
    }

    async fn commit(self) -> DbResult<()> {
        Self::commit(self).await
    }
}

/// Whose row of wakeups stands for the platform's own jobs: no tenant has the nil id.
#[must_use]
pub const fn platform() -> TenantId {
    TenantId::from_bytes([0; 16])
}

pub(super) fn seal(cx: &impl JobUnit, id: JobId, data: &[u8]) -> DbResult<Vec<u8>> {
    Ok(cx.key()?.seal(place(&id), data))
}

pub(super) fn open(cx: &impl JobUnit, id: JobId, sealed: &[u8]) -> DbResult<Result<Vec<u8>, SealError>> {
    Ok(cx.key()?.open(place(&id), sealed))
}

/// A job's data is written once, so that it has one version.
fn place(id: &JobId) -> Place<'_> {
    Place {
        table: "jobs",
        row: id.as_bytes(),
        version: 1,
    }
}
