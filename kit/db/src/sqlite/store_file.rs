//! A tenant's store as one file, table by table: what a store on another engine is copied into and out of.

use std::{collections::HashSet, path::Path};

use rusqlite::{Connection, params_from_iter, types::ValueRef};
use sha2::{Digest as _, Sha256};
use stoa_core::Timestamp;

use super::{
    migrate,
    open::{Mode, close_whole, create, open},
};
use crate::{DbError, DbResult, Value, migrations::Schema};

#[derive(Debug)]
pub(crate) struct StoreFile(Connection);

/// A table and its columns.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
}

impl Table {
    /// The columns as a list in SQL.
    pub(crate) fn list(&self) -> String {
        self.columns.join(", ")
    }
}

impl StoreFile {
    /// A file with that schema and no row, to be filled and then finished.
    pub(crate) fn empty(path: &Path, schema: &Schema, now: Timestamp) -> DbResult<Self> {
        let mut connection = create(path)?;
        migrate::migrate(&mut connection, &schema.steps, schema.epoch, now)?;
        // Rows come table by table; whether they fit together is looked at when all are there.
        connection.execute_batch("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE")?;
        let mut file = Self(connection);
        for table in file.tables()? {
            file.0.execute(&format!("DELETE FROM {}", table.name), [])?;
        }
        Ok(file)
    }

    /// A file that is whole.
    pub(crate) fn open(path: &Path) -> DbResult<Self> {
        open(path, Mode::Reader).map(Self)
    }

    /// The tables of the store, each behind those that it refers to.
    pub(crate) fn tables(&mut self) -> DbResult<Vec<Table>> {
        let mut names: Vec<String> = self.texts(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
             AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'schema_migrations' ORDER BY name",
            None,
        )?;
        let (mut tables, mut placed) = (Vec::new(), HashSet::new());
        while !names.is_empty() {
            let before = names.len();
            for name in std::mem::take(&mut names) {
                let parents = self.texts(
                    "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(?1)",
                    Some(&name),
                )?;
                if parents
                    .iter()
                    .all(|parent| *parent == name || placed.contains(parent))
                {
                    let columns =
                        self.texts("SELECT name FROM pragma_table_info(?1) ORDER BY cid", Some(&name))?;
                    placed.insert(name.clone());
                    tables.push(Table { name, columns });
                } else {
                    names.push(name);
                }
            }
            if names.len() == before {
                return Err(DbError::unexpected(format!(
                    "tables refer to each other: {names:?}"
                )));
            }
        }
        Ok(tables)
    }

    pub(crate) fn insert(&mut self, table: &Table, rows: &[Vec<Value>]) -> DbResult<()> {
        let places: Vec<_> = (1..=table.columns.len())
            .map(|place| format!("?{place}"))
            .collect();
        let text = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            table.name,
            table.list(),
            places.join(", ")
        );
        let mut statement = self.0.prepare_cached(&text)?;
        for row in rows {
            statement.execute(params_from_iter(row))?;
        }
        Ok(())
    }

    /// Hands over all rows, so many at a time, in the shapes that SQLite stores.
    pub(crate) fn each(
        &mut self,
        table: &Table,
        at_a_time: usize,
        mut take: impl FnMut(Vec<Vec<Value>>) -> DbResult<()>,
    ) -> DbResult<()> {
        let text = format!("SELECT {} FROM {}", table.list(), table.name);
        let mut statement = self.0.prepare(&text)?;
        let mut found = statement.query([])?;
        let mut rows = Vec::with_capacity(at_a_time);
        while let Some(row) = found.next()? {
            let values = (0..table.columns.len()).map(|column| value(row.get_ref(column)?));
            rows.push(values.collect::<DbResult<_>>()?);
            if rows.len() == at_a_time {
                take(std::mem::take(&mut rows))?;
            }
        }
        if rows.is_empty() { Ok(()) } else { take(rows) }
    }

    /// How many rows each table has, and what they sum up to.
    pub(crate) fn sums(&mut self) -> DbResult<Vec<(String, u64, [u8; 32])>> {
        let sum = |file: &Self, table: Table| {
            let mut hash = Sha256::new();
            let places: Vec<_> = (1..=table.columns.len()).map(|place| place.to_string()).collect();
            let text = format!(
                "SELECT {} FROM {} ORDER BY {}",
                table.list(),
                table.name,
                places.join(", ")
            );
            let mut statement = file.0.prepare(&text)?;
            let (mut found, mut rows) = (statement.query([])?, 0);
            while let Some(row) = found.next()? {
                rows += 1;
                for column in 0..places.len() {
                    hash.update(format!("{:?}", value(row.get_ref(column)?)?));
                }
            }
            Ok((table.name, rows, hash.finalize().into()))
        };
        self.tables()?.into_iter().map(|table| sum(self, table)).collect()
    }

    /// Leaves a file that is whole.
    pub(crate) fn finish(self) -> DbResult<()> {
        self.0.execute_batch("COMMIT")?;
        close_whole(self.0)
    }

    fn texts(&mut self, text: &str, about: Option<&str>) -> DbResult<Vec<String>> {
        let mut statement = self.0.prepare_cached(text)?;
        let found = statement.query_map(params_from_iter(about), |row| row.get(0))?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}

fn value(stored: ValueRef<'_>) -> DbResult<Value> {
    Ok(match stored {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Text(_) => Value::Text(stored.as_str().map_err(DbError::unfit)?.to_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => return Err(DbError::unfit("a fraction, which no column holds")),
    })
}
