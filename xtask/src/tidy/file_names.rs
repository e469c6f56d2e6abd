//! Rust files and folders are named after what they hold: no `mod.rs`, no `utils`, `helpers`, `common`.

use crate::tidy::Finding;
use crate::tree::Tree;

const SAY_NOTHING: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc"];

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    tree.texts_ending(".rs")
        .filter_map(|(path, _)| Some(Finding::new(path, 1, objection(path)?)))
        .collect()
}

fn objection(path: &str) -> Option<String> {
    let stem = path.strip_suffix(".rs")?;
    if let Some(folder) = stem.strip_suffix("/mod") {
        let name = folder.rsplit('/').next()?;
        return Some(format!("name it {name}.rs, beside its folder"));
    }
    let name = stem.split('/').find(|part| SAY_NOTHING.contains(part))?;
    Some(format!("`{name}` says nothing: name it after what it holds"))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::finds;

    #[test]
    fn names_say_what_is_inside() {
        finds(
            check,
            &[
                ("kit/x/src/common/money.rs", ""),
                ("kit/x/src/commonwealth.rs", ""),
                ("kit/x/src/helpers.rs", ""),
                ("kit/x/src/store/mod.rs", ""),
                ("kit/x/utils.toml", ""),
            ],
            &[
                "kit/x/src/common/money.rs:1: `common` says nothing: name it after what it holds",
                "kit/x/src/helpers.rs:1: `helpers` says nothing: name it after what it holds",
                "kit/x/src/store/mod.rs:1: name it store.rs, beside its folder",
            ],
        );
    }
}
