//! The list of checks. Each is a function from the tree to findings, in a file of its own.

mod cases;
mod dependencies;
mod docs;
mod drivers;
mod file_names;
mod machine_paths;
mod migrations;
mod openings;
mod readmes;
mod sizes;
mod tenancy;

use std::fmt;

use crate::tree::Tree;

type Check = fn(&Tree) -> Vec<Finding>;

pub(crate) const CHECKS: &[Check] = &[
    cases::check,
    dependencies::check,
    docs::check,
    drivers::check,
    file_names::check,
    machine_paths::check,
    migrations::check,
    openings::check,
    readmes::check,
    sizes::check,
    tenancy::check,
];

/// Something to put right, printed as `path:line: message` so that editors can jump to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    message: String,
}

impl Finding {
    pub(crate) fn new(path: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// What all checks find, sorted by place.
pub(crate) fn run(tree: &Tree) -> Vec<Finding> {
    let mut findings: Vec<Finding> = CHECKS.iter().flat_map(|check| check(tree)).collect();
    findings.sort();
    findings.dedup();
    findings
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Check, run};
    use crate::tree::tests::tree;

    /// Asserts what one check says about a tree of these files, as printed.
    #[track_caller]
    pub(crate) fn finds(check: Check, files: &[(&str, &str)], expected: &[&str]) {
        let found: Vec<String> = check(&tree(files)).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn all_checks_run_and_findings_come_sorted() {
        let tree = tree(&[("b.rs", "//! Two.\n"), ("a/mod.rs", "fn x() {}\n")]);
        let found: Vec<String> = run(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "ARCHITECTURE.md:1: holds no table with the header `| Crate | May use |`",
                "a/mod.rs:1: name it a.rs, beside its folder",
                "a/mod.rs:1: open the file with a `//!` line that says why it exists",
            ]
        );
    }
}
