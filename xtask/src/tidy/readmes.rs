//! Every crate of the kit and every module has a README.

use crate::tidy::Finding;
use crate::tree::Tree;

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for parent in ["kit", "modules"] {
        for name in tree.folders_in(parent) {
            let readme = format!("{parent}/{name}/README.md");
            if tree.text(&readme).is_none_or(|text| text.trim().is_empty()) {
                findings.push(Finding::new(
                    readme,
                    1,
                    "write it: purpose, invariants, tables, events",
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::finds;

    #[test]
    fn crates_explain_themselves() {
        finds(
            check,
            &[
                ("app/Cargo.toml", ""),
                ("kit/core/Cargo.toml", ""),
                ("kit/db/README.md", "# stoa-db\n"),
                ("modules/sites/README.md", "\n"),
            ],
            &[
                "kit/core/README.md:1: write it: purpose, invariants, tables, events",
                "modules/sites/README.md:1: write it: purpose, invariants, tables, events",
            ],
        );
    }
}
