//! What the engines can say of themselves: whether every registered text can run, in every combination of its
//! optional parts, and which tables and columns there are.

use std::collections::BTreeMap;

use crate::{
    Cx, DbResult, FromRow, PlatformCx, Row, Value,
    parse::{Part, arity},
    render::Dialect,
    sql::{CONTROL_TEXTS, TENANT_TEXTS, Text},
    unit::Unit,
};

/// A text that the engine refuses, and why.
#[derive(Debug)]
pub struct Refused {
    /// Source file and line.
    pub place: &'static str,
    pub reason: String,
}

/// A column, in the terms of the narrower engine: `BLOB`, `INTEGER` or `TEXT`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ColumnShape {
    pub table: String,
    pub column: String,
    pub shape: String,
    pub required: bool,
}

static SQLITE_COLUMNS: Text = Text::new(
    "SELECT t.name, c.name, c.type, c.\"notnull\" FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c
     WHERE t.type = 'table' AND t.name <> 'schema_migrations' ORDER BY t.name, c.name",
    "verify.rs",
);

static POSTGRES_COLUMNS: Text = Text::new(
    "SELECT c.relname::text, a.attname::text,
            CASE format_type(a.atttypid, NULL) WHEN 'uuid' THEN 'BLOB' WHEN 'bytea' THEN 'BLOB'
                WHEN 'bigint' THEN 'INTEGER' WHEN 'boolean' THEN 'INTEGER'
                WHEN 'timestamp with time zone' THEN 'INTEGER'
                WHEN 'text' THEN 'TEXT' WHEN 'jsonb' THEN 'TEXT' ELSE format_type(a.atttypid, NULL) END,
            a.attnotnull
     FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0
       AND NOT a.attisdropped AND c.relname <> 'schema_migrations'
     ORDER BY c.relname::text COLLATE \"C\", a.attname::text COLLATE \"C\"",
    "verify.rs",
);

impl FromRow for ColumnShape {
    fn from_row(row: &mut Row<'_>) -> DbResult<Self> {
        Ok(Self {
            table: row.next()?,
            column: row.next()?,
            shape: row.next()?,
            required: row.next()?,
        })
    }
}

impl Cx {
    /// The columns of a tenant's store, without the one that PostgreSQL tells tenants apart by.
    pub async fn columns(&mut self) -> DbResult<Vec<ColumnShape>> {
        let mut columns = columns(self.unit()).await?;
        columns.retain(|column| column.column != "tenant_id");
        Ok(columns)
    }

    /// Prepares every statement on tenants' stores; says how many there are and which are refused.
    pub async fn prepare_all(&mut self) -> DbResult<(usize, Vec<Refused>)> {
        prepare(self.unit(), TENANT_TEXTS.iter().map(|sql| &sql.0)).await
    }
}

impl PlatformCx {
    /// The columns of the control store.
    pub async fn columns(&mut self) -> DbResult<Vec<ColumnShape>> {
        columns(self.unit()).await
    }

    /// Prepares every statement on the control store.
    pub async fn prepare_all(&mut self) -> DbResult<(usize, Vec<Refused>)> {
        prepare(self.unit(), CONTROL_TEXTS.iter().map(|sql| &sql.0)).await
    }
}

async fn columns(unit: &mut Unit) -> DbResult<Vec<ColumnShape>> {
    let text = match unit.dialect() {
        Dialect::Sqlite => &SQLITE_COLUMNS,
        Dialect::Postgres => &POSTGRES_COLUMNS,
    };
    unit.query(text, Vec::new(), true, ColumnShape::from_row).await
}

async fn prepare(
    unit: &mut Unit,
    texts: impl Iterator<Item = &'static Text>,
) -> DbResult<(usize, Vec<Refused>)> {
    let (mut count, mut refused) = (0, Vec::new());
    for text in texts {
        count += 1;
        for bound in combinations(text.parts()) {
            if let Err(error) = unit.prepare(text, bound).await {
                refused.push(Refused {
                    place: text.place(),
                    reason: format!("{error:?}"),
                });
            }
        }
    }
    Ok((count, refused))
}

/// Arguments for every choice of optional parts that are there or left out, with every choice of alternatives.
fn combinations(parts: &[Part]) -> Vec<Vec<Value>> {
    let mut all = vec![vec![Value::Null; arity(parts)]];
    for part in parts {
        let Part::Optional(inner) = part else { continue };
        let mut absent = all.clone();
        for arguments in &mut absent {
            leave_out(inner, arguments);
        }
        all.extend(absent);
    }
    for (index, count) in choices(parts) {
        all = (0..count)
            .flat_map(|alternative| {
                let mut chosen = all.clone();
                for arguments in &mut chosen {
                    set(arguments, index, Value::Choice(alternative));
                }
                chosen
            })
            .collect();
    }
    all
}

fn leave_out(parts: &[Part], arguments: &mut [Value]) {
    for part in parts {
        match part {
            Part::Argument(index) | Part::List(index) => set(arguments, *index, Value::Absent),
            Part::Choice(_, alternatives) => {
                alternatives.iter().for_each(|inner| leave_out(inner, arguments));
            }
            _ => {}
        }
    }
}

/// The arguments that choose, and among how many alternatives.
fn choices(parts: &[Part]) -> BTreeMap<usize, usize> {
    let mut found = BTreeMap::new();
    for part in parts {
        match part {
            Part::Optional(inner) => found.extend(choices(inner)),
            Part::Choice(index, alternatives) => {
                found.insert(*index, alternatives.len());
            }
            _ => {}
        }
    }
    found
}

fn set(arguments: &mut [Value], index: usize, value: Value) {
    if let Some(argument) = arguments.get_mut(index) {
        *argument = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;

    #[test]
    fn every_choice_of_parts_is_made() {
        assert_eq!(combinations(&parse("a = $1")).len(), 1);
        assert_eq!(combinations(&parse("a = $1{ AND b = $2}{ AND c = $3}")).len(), 4);
        assert_eq!(
            combinations(&parse("a{ AND {$1: b | c = $2}} ORDER BY{$1: b | c}")).len(),
            4
        );
    }
}
