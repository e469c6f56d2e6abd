//! A tenant's rows are copied table by table, in one transaction, out to a file and back.

use std::iter::repeat_n;

use stoa_core::{TenantId, Timestamp};
use tokio::runtime::Handle;
use tokio_postgres::{Row, Transaction, types::Type};
use uuid::Uuid;

use super::{Shard, Tx, bind::lock_key, column, tx::borrow};
use crate::{
    DbError, DbResult, Value,
    sqlite::{StoreFile, Table, blocking},
};

/// How many rows go over at a time.
const ROWS: usize = 100;

impl Shard {
    /// Replaces a tenant's rows by those of a file, all or none. Writers that had begun are waited for, others refused
    /// meanwhile; readers see what was there until it is done. The role that serves may not take lines out of the journal:
    /// the owner does it, held by row-level security to this tenant's.
    pub(crate) async fn copy_in(&self, tenant: TenantId, file: &mut StoreFile) -> DbResult<()> {
        self.exchange(tenant, file, Placed::AsItIs).await
    }

    /// The same for a tenant that comes from elsewhere: it is admitted under a new epoch with its rows.
    pub(crate) async fn take_over(&self, tenant: TenantId, file: &mut StoreFile, epoch: i64) -> DbResult<()> {
        self.exchange(tenant, file, Placed::Under(epoch)).await
    }

    async fn exchange(&self, tenant: TenantId, file: &mut StoreFile, placed: Placed) -> DbResult<()> {
        let (mut client, driver) = self.owner.connect().await?;
        let transaction = client.transaction().await?;
        hold(&transaction, tenant).await?;
        let tables = file.tables()?;
        empty(&transaction, &tables).await?;
        if let Placed::Under(epoch) = placed {
            transaction.batch_execute(&placing(tenant, epoch, true)).await?;
        }
        for table in &tables {
            // The file is read in place, and what it says is sent from there.
            let here = Handle::current();
            blocking(|| {
                file.each(table, ROWS, |rows| {
                    here.block_on(insert(&transaction, table, rows))
                })
            })?;
        }
        transaction.commit().await?;
        drop(client);
        driver.await.map_err(DbError::unavailable)??;
        Ok(())
    }

    /// Says under which epoch the database has a tenant, and whether writers are let in.
    pub(crate) async fn mark(&self, tenant: TenantId, epoch: i64, open: bool) -> DbResult<()> {
        let (client, driver) = self.owner.connect().await?;
        client.batch_execute(&placing(tenant, epoch, open)).await?;
        drop(client);
        driver.await.map_err(DbError::unavailable)??;
        Ok(())
    }

    /// Forgets a tenant whose store is elsewhere by now, with all its rows in these tables.
    pub(crate) async fn dismiss(&self, tenant: TenantId, tables: &[Table]) -> DbResult<()> {
        let (mut client, driver) = self.owner.connect().await?;
        let transaction = client.transaction().await?;
        hold(&transaction, tenant).await?;
        empty(&transaction, tables).await?;
        let uuid = tenant.uuid();
        transaction
            .batch_execute(&format!(
                "DELETE FROM shard.placements WHERE tenant_id = '{uuid}'"
            ))
            .await?;
        transaction.commit().await?;
        drop(client);
        driver.await.map_err(DbError::unavailable)??;
        Ok(())
    }
}

/// Whether a tenant keeps its place on the shard when its rows are exchanged.
enum Placed {
    AsItIs,
    Under(i64),
}

/// Waits for a tenant's writers, and holds the transaction to this tenant's rows.
async fn hold(transaction: &Transaction<'_>, tenant: TenantId) -> DbResult<()> {
    let (key, uuid) = (lock_key(tenant), tenant.uuid());
    transaction
        .batch_execute(&format!(
            "SET LOCAL lock_timeout = '5s'; SELECT pg_advisory_xact_lock({key});
             SET LOCAL search_path = tenant; SET LOCAL enable_seqscan = off;
             SELECT set_config('app.tenant_id', '{uuid}', true), set_config('app.asked', '{uuid}', true)"
        ))
        .await?;
    Ok(())
}

/// What is sent together is one transaction, also when nothing else is.
fn placing(tenant: TenantId, epoch: i64, open: bool) -> String {
    let uuid = tenant.uuid();
    format!(
        "SELECT set_config('app.asked', '{uuid}', true);
         INSERT INTO shard.placements (tenant_id, epoch, open) VALUES ('{uuid}', {epoch}, {open})
         ON CONFLICT (tenant_id) DO UPDATE SET epoch = {epoch}, open = {open}"
    )
}

async fn empty(transaction: &Transaction<'_>, tables: &[Table]) -> DbResult<()> {
    for table in tables.iter().rev() {
        transaction
            .execute(&format!("DELETE FROM {}", table.name), &[])
            .await?;
    }
    Ok(())
}

impl Tx {
    /// Copies a tenant's rows, as they are at one moment, into an empty file.
    pub(crate) async fn copy_out(&mut self, file: &mut StoreFile) -> DbResult<()> {
        for table in file.tables()? {
            self.copy_table(&table, file).await?;
        }
        Ok(())
    }

    async fn copy_table(&mut self, table: &Table, file: &mut StoreFile) -> DbResult<()> {
        let mut batch = Vec::with_capacity(ROWS);
        let text = format!("SELECT {} FROM {}", table.list(), table.name);
        self.each(&text, |row| {
            batch.push(values(row)?);
            if batch.len() == ROWS {
                blocking(|| file.insert(table, &batch))?;
                batch.clear();
            }
            Ok(())
        })
        .await?;
        blocking(|| file.insert(table, &batch))
    }
}

async fn insert(transaction: &Transaction<'_>, table: &Table, rows: Vec<Vec<Value>>) -> DbResult<()> {
    let statement = transaction.prepare(&insertion(table, rows.len())).await?;
    let args = rows
        .into_iter()
        .flatten()
        .zip(statement.params())
        .map(|(value, kind)| typed(value, kind))
        .collect::<DbResult<Vec<_>>>()?;
    transaction.execute(&statement, &borrow(&args)).await?;
    Ok(())
}

fn insertion(table: &Table, rows: usize) -> String {
    let mut next = 1..;
    let rows: Vec<_> = repeat_n(table.columns.len(), rows)
        .map(|columns| {
            let places: Vec<_> = next
                .by_ref()
                .take(columns)
                .map(|place| format!("${place}"))
                .collect();
            format!("({})", places.join(", "))
        })
        .collect();
    format!(
        "INSERT INTO {} ({}) VALUES {}",
        table.name,
        table.list(),
        rows.join(", ")
    )
}

/// A row in the shapes that both engines store.
fn values(row: &Row) -> DbResult<Vec<Value>> {
    let value = |(index, column): (usize, &tokio_postgres::Column)| {
        if column::is_null(row, index)? {
            return Ok(Value::Null);
        }
        Ok(match *column.type_() {
            Type::BOOL => Value::Bool(column::bool(row, index)?),
            Type::INT8 => Value::Int(column::int(row, index)?),
            Type::TEXT => Value::Text(column::text(row, index)?.to_owned()),
            Type::UUID => Value::Uuid(column::uuid(row, index)?),
            Type::TIMESTAMPTZ => Value::Time(column::time(row, index)?),
            Type::BYTEA => Value::Bytes(column::bytes(row, index)?.to_vec()),
            Type::JSONB => Value::Json(column::json(row, index)?),
            ref other => return Err(DbError::unexpected(format!("a column of type {other}"))),
        })
    };
    row.columns().iter().enumerate().map(value).collect()
}

/// What SQLite stores of a value, as the column's own type.
fn typed(stored: Value, kind: &Type) -> DbResult<Value> {
    let unfit = || DbError::unfit(format!("a value that is no {kind}"));
    Ok(match (stored, kind) {
        (Value::Int(value), &Type::BOOL) => Value::Bool(value != 0),
        (Value::Int(value), &Type::TIMESTAMPTZ) => Value::Time(Timestamp::from_micros(value)),
        (Value::Bytes(bytes), &Type::UUID) => Value::Uuid(Uuid::from_slice(&bytes).map_err(|_| unfit())?),
        (Value::Text(text), &Type::JSONB) => Value::Json(serde_json::from_str(&text).map_err(|_| unfit())?),
        (stored, _) => stored,
    })
}
