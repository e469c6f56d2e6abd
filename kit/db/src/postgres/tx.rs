//! A transaction on PostgreSQL, bound to its tenant in the same flight as its first statement.

use std::{iter::empty, pin::pin};

use bytes::{BufMut, BytesMut};
use deadpool_postgres::Object;
use futures_util::{
    FutureExt, TryStreamExt as _,
    future::{try_join, try_join_all},
};
use tokio_postgres::{
    Row as Answer, Statement,
    types::{IsNull, ToSql, Type, to_sql_checked},
};

use super::{
    bind::{Binding, Opening},
    column::EPOCH_MICROS,
    share::Share,
    tls::Tls,
};
use crate::{DbError, DbResult, Row, Value, render::Rendered, row::Source, unit::Access};

/// How many statements go out in one flight: above this the driver no longer keeps their order by itself.
const FLIGHT: usize = 30;
/// What a transaction with a statement that was declared heavy gets.
const MORE_TIME: &str = "SET LOCAL statement_timeout = '5min'";
/// How long a copy takes depends on how much there is.
const ALL_TIME: &str = "SET LOCAL statement_timeout = 0";

#[derive(Debug)]
pub(crate) struct Tx {
    /// Taken out when the transaction is over or the connection can no longer be trusted.
    client: Option<Object>,
    tls: Tls,
    /// Not yet sent.
    opening: Option<Opening>,
    open: bool,
    /// What goes out before the next statement, in its flight.
    queued: Vec<Rendered>,
    /// A statement was set out and its answer not yet read: dropped now, it may still run on the server.
    in_flight: bool,
    /// Given back after the connection.
    _share: Option<Share>,
}

impl Tx {
    pub(super) fn of_platform(client: Object, tls: Tls, access: Access) -> Self {
        Self::new(client, tls, Opening::new(None, access), None)
    }

    pub(super) fn of_tenant(
        client: Object,
        tls: Tls,
        binding: Binding,
        share: Share,
        access: Access,
    ) -> Self {
        Self::new(client, tls, Opening::new(Some(binding), access), Some(share))
    }

    fn new(client: Object, tls: Tls, opening: Opening, share: Option<Share>) -> Self {
        Self {
            client: Some(client),
            tls,
            opening: Some(opening),
            open: false,
            queued: Vec::new(),
            in_flight: false,
            _share: share,
        }
    }

    pub(crate) async fn query<T>(
        &mut self,
        rendered: &Rendered,
        heavy: bool,
        map: fn(&mut Row<'_>) -> DbResult<T>,
    ) -> DbResult<Vec<T>> {
        self.set_out()?;
        let answer = self.ask(rendered, heavy).await;
        self.in_flight = false;
        answer?
            .iter()
            .map(|row| map(&mut Row::new(Source::Postgres(row))))
            .collect()
    }

    async fn ask(&mut self, rendered: &Rendered, heavy: bool) -> DbResult<Vec<Answer>> {
        let queued = self.last_flight().await?;
        // Prepared before anything is sent: a statement that is not would run outside of the transaction.
        let writes = self.prepare_each(&queued).await?;
        let statement = self.prepare(rendered).await?;
        let opening = self.opening().await?;
        let client = self.client()?;
        let args = borrow(&rendered.args);
        let rows = async { Ok(client.query(&statement, &args).await?) };
        let more_time = run(client, heavy.then_some(MORE_TIME));
        let before = try_join(more_time, write(client, &writes, &queued));
        let (_, (_, rows)) = try_join(send(client, opening), try_join(before, rows)).await?;
        Ok(rows)
    }

    /// Hands over the rows of an answer one by one, however many there are.
    pub(super) async fn each(
        &mut self,
        text: &str,
        mut take: impl FnMut(&Answer) -> DbResult<()>,
    ) -> DbResult<()> {
        self.set_out()?;
        let statement = self.client()?.prepare(text).await?;
        let opening = self.opening().await?;
        let client = self.client()?;
        send(client, opening).await?;
        run(client, Some(ALL_TIME)).await?;
        let mut rows = pin!(client.query_raw(&statement, empty::<bool>()).await?);
        while let Some(row) = rows.try_next().await? {
            take(&row)?;
        }
        self.in_flight = false;
        Ok(())
    }

    pub(crate) fn queue(&mut self, rows: Vec<Rendered>) {
        self.queued.extend(rows);
    }

    pub(crate) async fn execute_each(&mut self, rows: Vec<Rendered>) -> DbResult<Vec<u64>> {
        self.set_out()?;
        let queued = self.queued.len();
        self.queue(rows);
        let changed = self.fly_all().await;
        self.in_flight = false;
        Ok(changed?.split_off(queued))
    }

    /// Writes what is left and commits, in one flight.
    pub(crate) async fn commit(mut self, last: Vec<Rendered>) -> DbResult<()> {
        self.queue(last);
        if self.queued.is_empty() && !self.open {
            return Ok(());
        }
        self.set_out()?;
        let committed = self.fly_home().await;
        self.in_flight = false;
        self.open &= committed.is_err();
        committed
    }

    async fn fly_home(&mut self) -> DbResult<()> {
        let last = self.last_flight().await?;
        self.fly(&last, Some("COMMIT")).await.map(drop)
    }

    async fn fly_all(&mut self) -> DbResult<Vec<u64>> {
        let all = std::mem::take(&mut self.queued);
        let mut changed = Vec::with_capacity(all.len());
        for flight in all.chunks(FLIGHT) {
            changed.extend(self.fly(flight, None).await?);
        }
        Ok(changed)
    }

    /// What is queued and goes along with what comes next; more than fits is written before.
    async fn last_flight(&mut self) -> DbResult<Vec<Rendered>> {
        let last = self.queued.len().saturating_sub(FLIGHT);
        let last = self.queued.split_off(last);
        self.fly_all().await?;
        Ok(last)
    }

    async fn fly(&mut self, flight: &[Rendered], end: Option<&'static str>) -> DbResult<Vec<u64>> {
        let statements = self.prepare_each(flight).await?;
        let opening = self.opening().await?;
        let client = self.client()?;
        let writes = write(client, &statements, flight);
        let (_, (changed, ())) = try_join(send(client, opening), try_join(writes, run(client, end))).await?;
        Ok(changed)
    }

    /// From here until its answer is read nobody knows what has become of the statement. One that was abandoned then may
    /// have failed; committing after it would commit nothing and say so to nobody.
    fn set_out(&mut self) -> DbResult<()> {
        if self.in_flight {
            return Err(DbError::unexpected(
                "a unit of work went on after an abandoned statement",
            ));
        }
        self.in_flight = true;
        Ok(())
    }

    pub(crate) async fn prepare(&self, rendered: &Rendered) -> DbResult<Statement> {
        Ok(self.client()?.prepare_cached(&rendered.text).await?)
    }

    async fn prepare_each(&self, flight: &[Rendered]) -> DbResult<Vec<Statement>> {
        let mut statements = Vec::with_capacity(flight.len());
        for rendered in flight {
            statements.push(self.prepare(rendered).await?);
        }
        Ok(statements)
    }

    /// What opens the transaction and binds its tenant, the first time.
    async fn opening(&mut self) -> DbResult<Option<(Opening, Option<Statement>)>> {
        let Some(opening) = &self.opening else {
            return Ok(None);
        };
        let bind = opening.prepare(self.client()?).await?;
        self.open = true;
        Ok(self.opening.take().map(|opening| (opening, bind)))
    }

    fn client(&self) -> DbResult<&Object> {
        self.client
            .as_ref()
            .ok_or_else(|| DbError::unexpected("the transaction is over"))
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        if self.in_flight {
            // Whoever borrowed the connection next would wait for the statement: it is cancelled on the server,
            // and the connection is closed.
            let (cancel, tls) = (client.cancel_token(), self.tls.clone());
            drop(Object::take(client));
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(async move { cancel.cancel_query(tls).await });
            }
        } else if self.open {
            // Sent at once, and answered before anything that the next borrower sends.
            let _ = client.batch_execute("ROLLBACK").now_or_never();
        }
    }
}

async fn send(client: &Object, opening: Option<(Opening, Option<Statement>)>) -> DbResult<()> {
    match opening {
        Some((opening, bind)) => opening.send(client, bind).await,
        None => Ok(()),
    }
}

async fn write(client: &Object, statements: &[Statement], flight: &[Rendered]) -> DbResult<Vec<u64>> {
    let writes = statements.iter().zip(flight);
    try_join_all(writes.map(|(statement, rendered)| async move {
        Ok(client.execute(statement, &borrow(&rendered.args)).await?)
    }))
    .await
}

async fn run(client: &Object, text: Option<&str>) -> DbResult<()> {
    match text {
        Some(text) => Ok(client.batch_execute(text).await?),
        None => Ok(()),
    }
}

pub(super) fn borrow(args: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    args.iter()
        .map(|value| -> &(dyn ToSql + Sync) { value })
        .collect()
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self, kind) {
            (Self::Absent | Self::Null | Self::List(_) | Self::Choice(_), _) => return Ok(IsNull::Yes),
            (Self::Bool(value), &Type::BOOL) => out.put_u8(u8::from(*value)),
            (Self::Int(value), &Type::INT8) => out.put_i64(*value),
            (Self::Text(value), &Type::TEXT) => out.put_slice(value.as_bytes()),
            (Self::Uuid(value), &Type::UUID) => out.put_slice(value.as_bytes()),
            (Self::Time(value), &Type::TIMESTAMPTZ) => {
                out.put_i64(value.as_micros().saturating_sub(EPOCH_MICROS))
            }
            (Self::Bytes(value), &Type::BYTEA) => out.put_slice(value),
            (Self::Json(value), &Type::JSONB) => return value.to_sql(kind, out),
            // The value stays out of the log.
            (_, kind) => return Err(format!("an argument is no {kind}").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
