//! SQL texts: those of tenants name no tenant and no engine's controls; those on tenant-owned control tables are narrowed.

use serde::Deserialize;

use super::sql_words::words;
use crate::exceptions::Objection;
use crate::rust_source::text_macros;
use crate::tidy::Finding;
use crate::tree::Tree;

const TENANT_TEXTS: &str = "sql";
const CONTROL_TEXTS: &str = "control_sql";
/// The engine binds the tenant; a text that names one, or reaches for the engine's controls, goes around it.
const CONTROLS: [&str; 3] = ["set_config", "attach", "pragma"];
const TENANT_COLUMN: &str = "tenant_id";
const CONTROL_SCHEMA: &str = "platform";
/// Control tables whose rows belong to one tenant or one person.
const OWNED: [&str; 4] = ["memberships", "hosts", "sessions", "api_keys"];
/// Columns that pick such rows: whose they are, or a secret or name that only its bearer gives.
const OWNERS: [&str; 4] = ["tenant_id", "user_id", "token_hash", "host"];

#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Key {
    path: String,
    text: String,
}

/// Words that no statement outside `kit/db` may contain.
pub(super) fn forbidden_words(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, source) in sources(tree).filter(|(path, _)| !path.starts_with("kit/db/")) {
        for call in text_macros(source, &[TENANT_TEXTS, CONTROL_TEXTS]) {
            if let Some(word) = forbidden(&words(&call.text, false), call.name == TENANT_TEXTS) {
                let message = format!(
                    "`{word}` has no place in {}!: kit/db alone binds the tenant",
                    call.name
                );
                findings.push(Finding::new(path, call.line, message));
            }
        }
    }
    findings
}

fn forbidden(words: &[String], is_tenant_text: bool) -> Option<&str> {
    words
        .iter()
        .zip(words.iter().skip(1).map(String::as_str).chain([""]))
        .find_map(|(word, next)| {
            let is_forbidden = CONTROLS.contains(&word.as_str())
                || (word == TENANT_COLUMN && is_tenant_text)
                || (word == CONTROL_SCHEMA && next == ".");
            is_forbidden.then_some(word.as_str())
        })
}

/// Statements on tenant-owned control tables that would reach rows of several tenants or people.
pub(super) fn unnarrowed(tree: &Tree) -> Vec<Objection<Key>> {
    let mut found = Vec::new();
    for (path, source) in sources(tree) {
        for call in text_macros(source, &[CONTROL_TEXTS]) {
            let words = words(&call.text, true);
            let Some(table) = OWNED.iter().find(|table| words.iter().any(|word| word == *table)) else {
                continue;
            };
            if !is_narrowed(&words) {
                let message = format!(
                    "a statement on {table} must be narrowed by one of {}",
                    OWNERS.join(", ")
                );
                let text = call.text.split_whitespace().collect::<Vec<_>>().join(" ");
                found.push(Objection {
                    key: Key {
                        path: path.to_owned(),
                        text,
                    },
                    finding: Finding::new(path, call.line, message),
                });
            }
        }
    }
    found
}

/// An insert writes an owner; all else compares one with an argument after WHERE.
fn is_narrowed(words: &[String]) -> bool {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.first() == Some(&"insert") {
        let columns = words
            .iter()
            .skip_while(|word| **word != "(")
            .take_while(|word| **word != ")");
        return columns.into_iter().any(|word| OWNERS.contains(word));
    }
    let wheres = words
        .iter()
        .enumerate()
        .filter(|(_, word)| **word == "where")
        .map(|(at, _)| at + 1);
    wheres
        .filter_map(|at| words.get(at..))
        .any(|rest| picks_by_owner(&condition(rest)))
}

/// A condition's words without what stands in parentheses, up to its statement's or subquery's end.
fn condition<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut depth = 0_u32;
    let mut outside = Vec::new();
    for word in words {
        match *word {
            ")" if depth == 0 => break,
            ")" => depth -= 1,
            "(" => depth += 1,
            word if depth == 0 => outside.push(word),
            // The first of a list of arguments, so that `IN ($1…)` is seen.
            word if depth == 1 && outside.last() == Some(&"in") => outside.push(word),
            _ => {}
        }
    }
    outside
}

/// Whether every row that meets the condition has the owner that an argument gives.
fn picks_by_owner(condition: &[&str]) -> bool {
    let compares = condition.windows(3).any(|window| match window {
        [column, "=" | "in", argument] => OWNERS.contains(column) && argument.starts_with('$'),
        _ => false,
    });
    compares && !condition.iter().any(|word| ["or", "union"].contains(word))
}

/// What ships; tools and measurements run no statement for a tenant.
fn sources(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.texts_ending(".rs")
        .filter(|(path, _)| !["xtask/", "bench/"].iter().any(|tool| path.starts_with(tool)))
}

#[cfg(test)]
mod tests {
    use crate::tidy::tenancy::check;
    use crate::tidy::tests::finds;

    #[track_caller]
    fn says(statement: &str, expected: &[&str]) {
        let source = format!("//! Store.\nfn x() {{\n    {statement};\n}}\n");
        finds(check, &[("modules/x/src/store.rs", &source)], expected);
    }

    #[test]
    fn tenant_texts_name_no_tenant_and_no_controls() {
        let place = "modules/x/src/store.rs:3:";
        let end = "has no place in sql!: kit/db alone binds the tenant";
        says(
            "sql!(\"SELECT id FROM attachments WHERE pragmatic = 'tenant_id'\")",
            &[],
        );
        says(
            "sql!(\"SELECT id FROM x WHERE Tenant_Id = $1\")",
            &[&format!("{place} `tenant_id` {end}")],
        );
        says(
            "sql!(\"SELECT id FROM x{ WHERE tenant_id = $1}\")",
            &[&format!("{place} `tenant_id` {end}")],
        );
        says(
            "sql!(\"SELECT set_config('a', $1)\")",
            &[&format!("{place} `set_config` {end}")],
        );
        says("sql!(\"attach $1 AS x\")", &[&format!("{place} `attach` {end}")]);
        says(
            "sql!(\"PRAGMA journal_mode\")",
            &[&format!("{place} `pragma` {end}")],
        );
        says(
            "sql!(\"SELECT id FROM platform.users\")",
            &[&format!("{place} `platform` {end}")],
        );
        says(
            "run(one(sql!(\n\"SELECT tenant_id FROM x\")))",
            &[&format!("{place} `tenant_id` {end}")],
        );
    }

    #[test]
    fn control_texts_may_name_the_tenant_only() {
        says("control_sql!(\"SELECT tenant_id FROM tenants\")", &[]);
        let expected =
            "modules/x/src/store.rs:3: `pragma` has no place in control_sql!: kit/db alone binds the tenant";
        says("control_sql!(\"PRAGMA user_version\")", &[expected]);
    }

    #[test]
    fn owned_control_rows_are_reached_by_owner() {
        for statement in [
            "SELECT m.role FROM memberships m WHERE m.user_id = $1",
            "SELECT id FROM sessions WHERE ended_at IS NOT NULL AND token_hash = $1",
            "SELECT id FROM hosts WHERE tenant_id IN ($1…)",
            "INSERT INTO memberships (id, user_id) VALUES ($1, $2)",
            "SELECT id FROM tenants",
            "SELECT id FROM tenants t WHERE EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = $1)",
            "SELECT id FROM sessions WHERE (ends_at > $1 OR pinned) AND user_id = $2",
        ] {
            says(&format!("control_sql!(\"{statement}\")"), &[]);
        }
        for (table, statement) in [
            ("memberships", "SELECT user_id FROM memberships"),
            (
                "memberships",
                "SELECT m.id FROM users u JOIN memberships m ON m.user_id = $1 WHERE u.email = $2",
            ),
            ("sessions", "UPDATE sessions SET user_id = $1 WHERE id = $2"),
            (
                "sessions",
                "SELECT id FROM sessions WHERE id = $1{ AND user_id = $2}",
            ),
            (
                "sessions",
                "SELECT id FROM sessions WHERE user_id = $1 OR id = $2",
            ),
            (
                "sessions",
                "DELETE FROM sessions WHERE (user_id = $1 OR id = $2) AND ends_at < $3",
            ),
            ("hosts", "SELECT host FROM hosts WHERE tenant_id <> $1"),
            ("hosts", "INSERT INTO hosts (id) SELECT tenant_id FROM tenants"),
        ] {
            let expected = format!(
                "modules/x/src/store.rs:3: a statement on {table} must be narrowed by one of \
                 tenant_id, user_id, token_hash, host"
            );
            says(&format!("control_sql!(\"{statement}\")"), &[&expected]);
        }
    }

    #[test]
    fn an_exception_names_the_whole_statement() {
        let source =
            "//! X.\nfn x() {\n    control_sql!(\"DELETE FROM sessions\n        WHERE ends_at < $1\");\n}\n";
        let exceptions = "[[statement]]\npath = \"modules/x/src/store.rs\"\nreason = \"sweeps what has ended\"\n\
                          text = \"DELETE FROM sessions WHERE ends_at < $1\"\n";
        finds(
            check,
            &[
                ("modules/x/src/store.rs", source),
                ("xtask/tenancy.toml", exceptions),
            ],
            &[],
        );
        let other = source.replace("ends_at", "started_at");
        finds(
            check,
            &[
                ("modules/x/src/store.rs", &other),
                ("xtask/tenancy.toml", exceptions),
            ],
            &[
                "xtask/tenancy.toml:1: Key { path: \"modules/x/src/store.rs\", \
                 text: \"DELETE FROM sessions WHERE ends_at < $1\" } needs no exception any more",
                "modules/x/src/store.rs:3: a statement on sessions must be narrowed by one of \
                 tenant_id, user_id, token_hash, host",
            ],
        );
    }
}
