//! Nothing in the repository depends on, or tells of, the machine on which it was written.

use crate::tidy::Finding;
use crate::tree::Tree;

/// Folders of somebody's machine; in documents none of them means anything to another reader.
const IN_DOCUMENTS: &[&str] = &["/work/", "/tmp/", "/home/", "/root/", "/Users/"];
/// Code may well say where temporary files go.
const ANYWHERE: &[&str] = &["/work/", "/Users/"];

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    // These checks and their tests have to name what they look for.
    for (path, text) in tree.texts().filter(|(path, _)| !path.starts_with("xtask/src/")) {
        let starts = if path.ends_with(".md") {
            IN_DOCUMENTS
        } else {
            ANYWHERE
        };
        for (number, line) in text.lines().enumerate() {
            if let Some(start) = starts.iter().find(|start| names(line, start)) {
                findings.push(Finding::new(
                    path,
                    number + 1,
                    format!("`{start}…` is a path of one machine"),
                ));
            }
        }
    }
    findings
}

/// Whether an absolute path in `line` starts so; the same letters inside a longer path or an address do not count.
fn names(line: &str, start: &str) -> bool {
    line.match_indices(start).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        before.is_none_or(|before| !before.is_alphanumeric() && !".-_~/}*".contains(before))
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::finds;

    #[test]
    fn machines_are_not_named() {
        finds(
            check,
            &[
                (
                    "README.md",
                    "Run it.\nPictures are in `/tmp/pictures`.\nhttps://example.com/work/x, a/tmp/b\n",
                ),
                ("bench/run", "out=$(mktemp -p /tmp/ x)\ncd /work/project\n"),
                ("xtask/src/tidy.rs", "/work/\n"),
            ],
            &[
                "README.md:2: `/tmp/…` is a path of one machine",
                "bench/run:2: `/work/…` is a path of one machine",
            ],
        );
    }
}
