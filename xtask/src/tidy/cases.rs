//! `docs/security.md` and the tests agree on which attacks and faults are proven, and where: a case's test says its id first,
//! `/// ATK-O1: …`, and the case's row names the test's file.

use std::collections::BTreeMap;

use crate::rust_source::documented_tests;
use crate::tidy::Finding;
use crate::tree::Tree;

const REGISTER: &str = "docs/security.md";

/// A line of the register: a case, and the files whose tests prove it.
#[derive(Debug)]
struct Row<'a> {
    line: usize,
    files: Vec<&'a str>,
}

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let rows = rows(tree.text(REGISTER).unwrap_or_default(), &mut findings);
    let mut proven: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (path, source) in tree.texts_ending(".rs") {
        for test in documented_tests(source) {
            for case in cases(&test.doc) {
                let is_listed = rows.get(case).is_some_and(|row| row.files.contains(&path));
                if !is_listed {
                    findings.push(Finding::new(
                        path,
                        test.line,
                        format!("{REGISTER} does not say that {case} is proven in `{path}`"),
                    ));
                }
                proven.entry(path).or_default().push(case.to_owned());
            }
        }
    }
    for (case, row) in rows {
        for file in row.files {
            if !proven
                .get(file)
                .is_some_and(|cases| cases.iter().any(|proven| proven == case))
            {
                let message = format!("no test in {file} begins with `/// {case}: …`");
                findings.push(Finding::new(REGISTER, row.line, message));
            }
        }
    }
    findings
}

/// The rows that begin with a case's id. The last cell names files, or begins with `not` and says why there are none.
fn rows<'a>(register: &'a str, findings: &mut Vec<Finding>) -> BTreeMap<&'a str, Row<'a>> {
    let mut rows = BTreeMap::new();
    for (index, text) in register.lines().enumerate() {
        let cells: Vec<&str> = text.trim_matches('|').split(" | ").map(str::trim).collect();
        let [case, .., proof] = cells.as_slice() else {
            continue;
        };
        if !is_case(case) {
            continue;
        }
        let files: Vec<&str> = proof.split('`').skip(1).step_by(2).collect();
        let line = index + 1;
        if files.is_empty() && !proof.starts_with("not ") {
            let message = format!("{case} names no test: say where it is proven, or `not yet` and why");
            findings.push(Finding::new(REGISTER, line, message));
        }
        if rows.insert(*case, Row { line, files }).is_some() {
            findings.push(Finding::new(REGISTER, line, format!("{case} is listed twice")));
        }
    }
    rows
}

/// The ids that a doc comment begins with: `ATK-R1, ATK-R10: why`.
fn cases(doc: &str) -> impl Iterator<Item = &str> {
    let ids = doc.split_once(':').map_or(doc, |(ids, _)| ids);
    ids.split(", ").map(str::trim).take_while(|id| is_case(id))
}

/// `ATK-`, a letter and a number; or `FLT-` and a number.
fn is_case(text: &str) -> bool {
    let number = match (text.strip_prefix("ATK-"), text.strip_prefix("FLT-")) {
        (Some(rest), _) => rest.strip_prefix(|letter: char| letter.is_ascii_uppercase()),
        (None, number) => number,
    };
    number.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::finds;

    const TESTS: &str = "//! Tests.\n\
        /// ATK-O1, ATK-O2: ids of others\n#[test]\nfn ids() {}\n\
        /// ATK-O3\n#[test]\nfn bodies() {}\n\
        /// ATK-O9: no test\nfn helper() {}\n\
        on_both_engines! {\n    /// FLT-1: killed\n    async fn kill(app: TestApp) {}\n}\n";

    #[test]
    fn the_register_and_the_tests_agree() {
        let register = "| Case | Tried | Proven by |\n|---|---|---|\n\
                        | ATK-O1 | x | `app/tests/it.rs` |\n\
                        | ATK-O2 | x | `app/tests/it.rs` |\n\
                        | ATK-O3 | x | `app/tests/it.rs` |\n\
                        | ATK-O4 | x | not yet: nothing in bulk |\n\
                        | FLT-1 | x | `app/tests/it.rs` |\n";
        finds(
            check,
            &[("docs/security.md", register), ("app/tests/it.rs", TESTS)],
            &[],
        );
    }

    #[test]
    fn what_they_disagree_on_is_found() {
        let register = "| ATK-O1 | x | `app/tests/it.rs`, `kit/tests/it.rs` |\n\
                        | ATK-O1 | x | `app/tests/it.rs` |\n\
                        | ATK-O2 | x | not yet |\n\
                        | ATK-O3 | x | somewhere |\n\
                        | ATK-O9 | x | `app/tests/it.rs` |\n";
        finds(
            check,
            &[("docs/security.md", register), ("app/tests/it.rs", TESTS)],
            &[
                "docs/security.md:2: ATK-O1 is listed twice",
                "docs/security.md:4: ATK-O3 names no test: say where it is proven, or `not yet` and why",
                "app/tests/it.rs:2: docs/security.md does not say that ATK-O2 is proven in `app/tests/it.rs`",
                "app/tests/it.rs:5: docs/security.md does not say that ATK-O3 is proven in `app/tests/it.rs`",
                "app/tests/it.rs:11: docs/security.md does not say that FLT-1 is proven in `app/tests/it.rs`",
                "docs/security.md:5: no test in app/tests/it.rs begins with `/// ATK-O9: …`",
            ],
        );
    }
}
