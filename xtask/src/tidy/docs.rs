//! Documents name only files that exist: paths in code spans, and relative links.

use std::collections::BTreeSet;

use crate::markdown::{Reference, references};
use crate::tidy::Finding;
use crate::tree::Tree;

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let folders = tree.folders_in("");
    let mut findings = Vec::new();
    // A changelog tells of files that have since gone.
    for (document, text) in tree
        .texts_ending(".md")
        .filter(|(path, _)| *path != "CHANGELOG.md")
    {
        for (line, reference) in references(text) {
            let missing = match reference {
                Reference::Code(code) => missing_paths(tree, &folders, &code),
                Reference::Link(target) => missing_target(tree, document, &target).into_iter().collect(),
            };
            findings.extend(
                missing
                    .into_iter()
                    .map(|path| Finding::new(document, line, format!("{path} does not exist"))),
            );
        }
    }
    findings
}

/// The paths that a code span means and that are not there; a span that is no path of the repository means none.
fn missing_paths(tree: &Tree, folders: &BTreeSet<&str>, code: &str) -> Vec<String> {
    let first = code.split_once('/').map_or("", |(first, _)| first);
    if !folders.contains(first) || code.contains(|c: char| c.is_whitespace() || "<>$…()".contains(c)) {
        return Vec::new();
    }
    let path = code
        .split(['#', ':'])
        .next()
        .unwrap_or_default()
        .trim_end_matches('/');
    alternatives(path)
        .into_iter()
        .filter(|path| !is_there(tree, path))
        .collect()
}

/// Writes out `{a,b}` as the shell does.
fn alternatives(path: &str) -> Vec<String> {
    let parts = path
        .split_once('{')
        .and_then(|(start, rest)| Some((start, rest.split_once('}')?)));
    let Some((start, (inside, end))) = parts else {
        return vec![path.to_owned()];
    };
    inside
        .split(',')
        .flat_map(|choice| alternatives(&format!("{start}{choice}{end}")))
        .collect()
}

/// `*` stands for any part of a name, `**` for any folders.
fn is_there(tree: &Tree, path: &str) -> bool {
    if !path.contains('*') {
        return tree.exists(path);
    }
    let pattern: Vec<&str> = path.split('/').collect();
    tree.files()
        .iter()
        .any(|file| matches(&pattern, &file.path.split('/').collect::<Vec<_>>()))
}

/// A pattern that ends at a folder matches the files below it.
fn matches(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], _) => true,
        (["**", rest @ ..], _) => {
            (0..=path.len()).any(|skip| matches(rest, path.get(skip..).unwrap_or_default()))
        }
        ([part, pattern @ ..], [name, path @ ..]) => matches_name(part, name) && matches(pattern, path),
        _ => false,
    }
}

fn matches_name(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|left| {
            left.char_indices()
                .map(|(at, _)| at)
                .chain([left.len()])
                .any(|at| left.get(at..).is_some_and(|tail| matches_name(rest, tail)))
        }),
    }
}

/// The path that a link means, when it is one of the repository's and not there.
fn missing_target(tree: &Tree, document: &str, target: &str) -> Option<String> {
    let path = target.split('#').next().unwrap_or_default();
    if path.is_empty() || path.contains("://") || path.starts_with("mailto:") {
        return None;
    }
    let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
    let resolved = match path.strip_prefix('/') {
        Some(path) => resolve("", path),
        None => resolve(folder, path),
    };
    let is_there = resolved
        .as_deref()
        .is_some_and(|path| path.is_empty() || tree.exists(path));
    (!is_there).then(|| resolved.unwrap_or_else(|| path.to_owned()))
}

/// `path` seen from `folder`; a path that leaves the repository is none.
fn resolve(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::finds;

    #[test]
    fn code_spans_name_what_exists() {
        let readme = "See `kit/db`, `kit/db/src/lib.rs:12`, `modules/*/README.md`, `kit/{db,core}/src`.\n\
                      Not paths: `a/b`, `/api/me`, `kit/<name>`, `cargo run`, `text/html`.\n\
                      `kit/dbx`, `kit/{db,web}`, `modules/*/lib.rs`, `modules/sites/**/x.rs`\n";
        finds(
            check,
            &[
                ("README.md", readme),
                ("kit/core/src/lib.rs", ""),
                ("kit/db/src/lib.rs", ""),
                (
                    "modules/sites/README.md",
                    "Its rules: `modules/sites/**/rules.rs`\n",
                ),
                ("modules/sites/src/domain/rules.rs", ""),
            ],
            &[
                "README.md:3: kit/dbx does not exist",
                "README.md:3: kit/web does not exist",
                "README.md:3: modules/*/lib.rs does not exist",
                "README.md:3: modules/sites/**/x.rs does not exist",
            ],
        );
    }

    #[test]
    fn relative_links_lead_somewhere() {
        let decision = "[up](../../README.md) [next](0002-b.md) [web](https://example.com/x) [top](#a)\n\
                        [gone](0003-c.md#x)\n[root](/docs/decisions)\n[out](../../../x.md)\n";
        finds(
            check,
            &[
                ("CHANGELOG.md", "Removed [it](gone.md).\n"),
                ("README.md", "![Home](docs/pictures/home.png)\n"),
                ("docs/decisions/0001-a.md", decision),
                ("docs/decisions/0002-b.md", ""),
            ],
            &[
                "README.md:1: docs/pictures/home.png does not exist",
                "docs/decisions/0001-a.md:2: docs/decisions/0003-c.md does not exist",
                "docs/decisions/0001-a.md:4: ../../../x.md does not exist",
            ],
        );
    }
}
