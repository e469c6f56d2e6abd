//! A migration exists for both engines, under one name, and its number orders it.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::Finding;
use crate::tree::Tree;

const ENGINES: [&str; 2] = ["sqlite", "postgres"];

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (folder, files) in migration_folders(tree) {
        for file in &files {
            let path = format!("{folder}/{file}");
            if let Some(message) = misnamed(file, &files) {
                findings.push(Finding::new(&path, 1, message));
            }
            for other in counterparts(&folder).filter(|other| !tree.exists(&format!("{other}/{file}"))) {
                findings.push(Finding::new(
                    &path,
                    1,
                    format!("has no counterpart {other}/{file}"),
                ));
            }
        }
    }
    findings
}

/// Folders `…/migrations/…/{sqlite,postgres}` with the names of the SQL files in them.
fn migration_folders(tree: &Tree) -> BTreeMap<String, BTreeSet<String>> {
    let mut folders = BTreeMap::<String, BTreeSet<String>>::new();
    for file in tree.files().iter().filter(|file| file.path.ends_with(".sql")) {
        let Some((folder, name)) = file.path.rsplit_once('/') else {
            continue;
        };
        let last = folder.rsplit('/').next().unwrap_or_default();
        if folder.split('/').any(|part| part == "migrations") && ENGINES.contains(&last) {
            folders
                .entry(folder.to_owned())
                .or_default()
                .insert(name.to_owned());
        }
    }
    folders
}

fn counterparts(folder: &str) -> impl Iterator<Item = String> {
    let (parent, own) = folder.rsplit_once('/').unwrap_or_default();
    ENGINES
        .into_iter()
        .filter(move |engine| *engine != own)
        .map(move |engine| format!("{parent}/{engine}"))
}

fn misnamed(file: &str, all: &BTreeSet<String>) -> Option<String> {
    let Some((number, _)) = file
        .split_once('_')
        .filter(|(number, name)| is_number(number) && is_name(name))
    else {
        return Some("name it like 0001_products.sql".to_owned());
    };
    let twin = all
        .iter()
        .find(|other| *other != file && other.split_once('_').is_some_and(|(n, _)| n == number))?;
    Some(format!("has the same number as {twin}"))
}

fn is_number(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_name(text: &str) -> bool {
    let name = text.strip_suffix(".sql").unwrap_or_default();
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::finds;

    #[test]
    fn both_engines_have_each_migration() {
        finds(
            check,
            &[
                ("modules/x/migrations/sqlite/0001_x.sql", ""),
                ("modules/x/migrations/postgres/0001_x.sql", ""),
                ("modules/x/migrations/postgres/0002_more.sql", ""),
                ("modules/x/migrations/control/sqlite/0001_users.sql", ""),
            ],
            &[
                "modules/x/migrations/control/sqlite/0001_users.sql:1: has no counterpart \
                 modules/x/migrations/control/postgres/0001_users.sql",
                "modules/x/migrations/postgres/0002_more.sql:1: has no counterpart \
                 modules/x/migrations/sqlite/0002_more.sql",
            ],
        );
    }

    #[test]
    fn names_order_migrations() {
        finds(
            check,
            &[
                ("kit/db/migrations/sqlite/0001_a.sql", ""),
                ("kit/db/migrations/sqlite/0001_b.sql", ""),
                ("kit/db/migrations/sqlite/next.sql", ""),
                ("kit/db/migrations/postgres/0001_a.sql", ""),
                ("kit/db/migrations/postgres/0001_b.sql", ""),
                ("kit/db/migrations/postgres/next.sql", ""),
            ],
            &[
                "kit/db/migrations/postgres/0001_a.sql:1: has the same number as 0001_b.sql",
                "kit/db/migrations/postgres/0001_b.sql:1: has the same number as 0001_a.sql",
                "kit/db/migrations/postgres/next.sql:1: name it like 0001_products.sql",
                "kit/db/migrations/sqlite/0001_a.sql:1: has the same number as 0001_b.sql",
                "kit/db/migrations/sqlite/0001_b.sql:1: has the same number as 0001_a.sql",
                "kit/db/migrations/sqlite/next.sql:1: name it like 0001_products.sql",
            ],
        );
    }
}
