//! Looks for what should never be: damaged pages, references to rows that are not there, files that nobody owns.

use std::{
    collections::{BTreeSet, HashSet},
    fs,
    path::Path,
};

use rusqlite::Connection;
use stoa_core::TenantId;

use super::{
    Files, blocking,
    files::storage,
    open::{Mode, open},
    slot::Stay,
};
use crate::{DbResult, Placement, draft};

/// How many faults of one kind are told.
const FAULTS: i64 = 10;

impl Files {
    /// What is wrong with a tenant's file.
    pub(crate) async fn examine(&self, placement: &Placement) -> DbResult<Vec<String>> {
        let stay = self.enter(placement).await?.stay().await?;
        let examined = examine_in(&stay, |connection| {
            let template = self.template(&stay.slot().features())?;
            let mut faults = examine(connection)?;
            faults.extend(differences(connection, &template)?);
            Ok(faults)
        });
        examined.await
    }

    /// What is wrong with the control store's file.
    pub(crate) async fn examine_control(&self) -> DbResult<Vec<String>> {
        examine_in(&self.control().stay().await?, examine).await
    }

    /// Files among the tenants' that belong to none of these, and drafts that were left.
    pub(crate) fn strays(&self, tenants: &[TenantId]) -> DbResult<Vec<String>> {
        let expected: HashSet<_> = tenants.iter().map(|tenant| self.path(*tenant)).collect();
        let mut strays = Vec::new();
        for entry in fs::read_dir(self.tenants()).map_err(storage)? {
            let path = entry.map_err(storage)?.path();
            if path.extension().is_some_and(|extension| extension == "db") && !expected.contains(&path) {
                strays.push(name(&path));
            }
        }
        let left = draft::abandoned(self.tenants()).map_err(storage)?;
        strays.extend(left.iter().flat_map(|draft| &draft.files).map(|path| name(path)));
        strays.sort_unstable();
        Ok(strays)
    }
}

async fn examine_in(
    stay: &Stay,
    examine: impl FnOnce(&Connection) -> DbResult<Vec<String>>,
) -> DbResult<Vec<String>> {
    let connection = stay.slot().open(Mode::Reader).await?;
    let found = blocking(|| examine(&connection));
    found.inspect_err(|error| stay.slot().alert(error))
}

/// Tables and indexes that are not as a new file has them: somebody else has made, changed or dropped them.
fn differences(connection: &Connection, template: &Path) -> DbResult<Vec<String>> {
    let (found, expected) = (shape(connection)?, shape(&open(template, Mode::Reader)?)?);
    let names: BTreeSet<_> = found
        .symmetric_difference(&expected)
        .map(|(name, _)| name)
        .collect();
    let fault = |name: &String| format!("{name} is not in the form that its migrations have given it");
    Ok(names.into_iter().map(fault).collect())
}

/// What there is, with the texts that have made it.
fn shape(connection: &Connection) -> DbResult<BTreeSet<(String, Option<String>)>> {
    let mut statement = connection.prepare("SELECT type || ' ' || name, sql FROM sqlite_master")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn examine(connection: &Connection) -> DbResult<Vec<String>> {
    let mut faults = Vec::new();
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({FAULTS})"))?;
    for line in statement.query_map([], |row| row.get::<_, String>(0))? {
        let line = line?;
        if line != "ok" {
            faults.push(line);
        }
    }
    let mut statement = connection.prepare(
        "SELECT \"table\", count(*) FROM pragma_foreign_key_check GROUP BY \"table\" ORDER BY \"table\" LIMIT ?1",
    )?;
    let dangling = statement.query_map([FAULTS], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
    })?;
    for line in dangling {
        let (table, rows) = line?;
        faults.push(format!("{rows} rows of {table} refer to rows that are not there"));
    }
    Ok(faults)
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
