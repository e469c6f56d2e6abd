//! Every Rust file opens with a `//!` line that says why the file exists.

use crate::tidy::Finding;
use crate::tree::Tree;

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let silent = tree.texts_ending(".rs").filter(|(_, text)| !says_why(text));
    silent
        .map(|(path, _)| Finding::new(path, 1, "open the file with a `//!` line that says why it exists"))
        .collect()
}

fn says_why(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first
        .strip_prefix("//!")
        .is_some_and(|words| !words.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::finds;

    #[test]
    fn a_file_says_why_it_exists() {
        let message = ":1: open the file with a `//!` line that says why it exists";
        finds(
            check,
            &[
                ("a.rs", "//! Why.\nfn a() {}\n"),
                ("b.rs", "fn b() {}\n"),
                ("c.rs", "\n//! Late.\n"),
                ("d.rs", "//!\n"),
                ("e.rs", ""),
                ("f.txt", ""),
            ],
            &[
                &format!("b.rs{message}"),
                &format!("c.rs{message}"),
                &format!("d.rs{message}"),
                &format!("e.rs{message}"),
            ],
        );
    }
}
