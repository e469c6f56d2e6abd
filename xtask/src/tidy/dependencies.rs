//! The table in ARCHITECTURE.md says which crate of the workspace may use which; it and the manifests say the same.
//!
//! Development dependencies are free: tests may drive the whole program.

use std::collections::{BTreeMap, BTreeSet};

use toml::Table;

use crate::tidy::Finding;
use crate::tree::Tree;
use crate::workspace::{self, Member};

const DOCUMENT: &str = "ARCHITECTURE.md";
const HEADER: &str = "| Crate | May use |";

/// A row of the table.
#[derive(Debug)]
struct Row {
    line: usize,
    may_use: BTreeSet<String>,
}

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let rows = rows(tree.text(DOCUMENT).unwrap_or_default());
    if rows.is_empty() {
        return vec![Finding::new(
            DOCUMENT,
            1,
            format!("holds no table with the header `{HEADER}`"),
        )];
    }
    let members = workspace::members(tree);
    let names: BTreeSet<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let mut findings = Vec::new();
    for member in &members {
        let used: BTreeSet<String> = packages(&member.manifest)
            .into_iter()
            .filter(|package| names.contains(package.as_str()))
            .collect();
        match rows.get(&member.name) {
            Some(row) => findings.extend(compare(tree, member, row, &used)),
            None => {
                let message = format!("{} is missing in the table of {DOCUMENT}", member.name);
                findings.push(Finding::new(member.manifest_path(), 1, message));
            }
        }
    }
    for (name, row) in rows.iter().filter(|(name, _)| !names.contains(name.as_str())) {
        findings.push(Finding::new(
            DOCUMENT,
            row.line,
            format!("{name} is no crate of the workspace"),
        ));
    }
    findings
}

fn compare(tree: &Tree, member: &Member, row: &Row, used: &BTreeSet<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in used.difference(&row.may_use) {
        let path = member.manifest_path();
        let text = tree.text(&path).unwrap_or_default();
        let line = text
            .lines()
            .position(|line| line.starts_with(package.as_str()))
            .map_or(1, |index| index + 1);
        let message = format!(
            "{} may not use {package}: the table of {DOCUMENT} lists it not",
            member.name
        );
        findings.push(Finding::new(path, line, message));
    }
    for package in row.may_use.difference(used) {
        let message = format!("{} does not use {package}: take it out of the table", member.name);
        findings.push(Finding::new(DOCUMENT, row.line, message));
    }
    findings
}

/// Packages that a manifest's tables of dependencies name, for all targets, without those for development.
fn packages(manifest: &Table) -> BTreeSet<String> {
    let targets = manifest.get("target").and_then(|value| value.as_table());
    let targets = targets
        .into_iter()
        .flat_map(Table::values)
        .filter_map(|value| value.as_table());
    let holders = std::iter::once(manifest).chain(targets);
    let tables = holders.flat_map(|holder| [holder.get("dependencies"), holder.get("build-dependencies")]);
    let entries = tables.flatten().filter_map(|value| value.as_table()).flatten();
    entries
        .map(|(key, value)| {
            let renamed = value.get("package").and_then(|package| package.as_str());
            renamed.unwrap_or(key).to_owned()
        })
        .collect()
}

/// The table's rows by crate: the names stand in backticks, the lines end with the table.
fn rows(text: &str) -> BTreeMap<String, Row> {
    let lines = text
        .lines()
        .enumerate()
        .skip_while(|(_, line)| *line != HEADER)
        .skip(2);
    let lines = lines.take_while(|(_, line)| line.starts_with('|'));
    let mut rows = BTreeMap::new();
    for (index, line) in lines {
        let mut names = line.split('`').skip(1).step_by(2).map(str::to_owned);
        if let Some(name) = names.next() {
            rows.insert(
                name,
                Row {
                    line: index + 1,
                    may_use: names.collect(),
                },
            );
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::finds;

    const ROOT: &str = "[workspace]\nmembers = [\"app\", \"kit/*\"]\n";
    const CORE: &str = "[package]\nname = \"stoa-core\"\n[dependencies]\nserde = \"1\"\n";
    const DB: &str = "[package]\nname = \"stoa-db\"\n[dependencies]\nstoa-core.workspace = true\n";
    const APP: &str = "[package]\nname = \"stoa\"\n[dependencies]\nstoa-db.workspace = true\n\n\
                       [dev-dependencies]\nstoa-core.workspace = true\n";

    #[track_caller]
    fn said(table: &str, app: &str, expected: &[&str]) {
        let document = format!("# Map\n\n| Crate | May use |\n|---|---|\n{table}\nEnd `stoa-x`.\n");
        let files = [
            ("ARCHITECTURE.md", document.as_str()),
            ("Cargo.toml", ROOT),
            ("app/Cargo.toml", app),
            ("kit/core/Cargo.toml", CORE),
            ("kit/db/Cargo.toml", DB),
        ];
        finds(check, &files, expected);
    }

    #[test]
    fn table_and_manifests_agree() {
        said(
            "| `stoa` | `stoa-db` |\n| `stoa-core` | – |\n| `stoa-db` | `stoa-core` |\n",
            APP,
            &[],
        );
    }

    #[test]
    fn a_dependency_must_be_listed_and_used() {
        said(
            "| `stoa` | – |\n| `stoa-core` | – |\n| `stoa-db` | `stoa-core`, `stoa` |\n",
            APP,
            &[
                "app/Cargo.toml:4: stoa may not use stoa-db: the table of ARCHITECTURE.md lists it not",
                "ARCHITECTURE.md:7: stoa-db does not use stoa: take it out of the table",
            ],
        );
    }

    #[test]
    fn crates_and_rows_match() {
        said(
            "| `stoa` | `stoa-db` |\n| `stoa-db` | `stoa-core` |\n| `stoa-gone` | – |\n",
            APP,
            &[
                "kit/core/Cargo.toml:1: stoa-core is missing in the table of ARCHITECTURE.md",
                "ARCHITECTURE.md:7: stoa-gone is no crate of the workspace",
            ],
        );
    }

    #[test]
    fn renaming_and_targets_hide_nothing() {
        let app = "[package]\nname = \"stoa\"\n[build-dependencies]\nx = { package = \"stoa-core\" }\n\
                   [target.'cfg(unix)'.dependencies]\nstoa-db.workspace = true\n";
        said(
            "| `stoa` | – |\n| `stoa-core` | – |\n| `stoa-db` | `stoa-core` |\n",
            app,
            &[
                "app/Cargo.toml:1: stoa may not use stoa-core: the table of ARCHITECTURE.md lists it not",
                "app/Cargo.toml:6: stoa may not use stoa-db: the table of ARCHITECTURE.md lists it not",
            ],
        );
    }

    #[test]
    fn without_a_table_nothing_is_allowed() {
        let files = [
            ("ARCHITECTURE.md", "# Map\n"),
            ("Cargo.toml", ROOT),
            ("app/Cargo.toml", APP),
        ];
        finds(
            check,
            &files,
            &["ARCHITECTURE.md:1: holds no table with the header `| Crate | May use |`"],
        );
    }
}
