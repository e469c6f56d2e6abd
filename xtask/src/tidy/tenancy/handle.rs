//! `Db` opens any tenant's store, so a module names or fetches it only in files listed with a reason.

use serde::Deserialize;

use crate::exceptions::Objection;
use crate::rust_source::{lines_calling, lines_naming};
use crate::tidy::Finding;
use crate::tree::Tree;

#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Key {
    path: String,
}

/// One objection per file of a module that holds the handle, at its first mention; tests may hold it.
pub(super) fn holders(tree: &Tree) -> Vec<Objection<Key>> {
    let mut found = Vec::new();
    for (path, source) in tree
        .texts_ending(".rs")
        .filter(|(path, _)| is_module_source(path))
    {
        let first = lines_naming(source, "Db")
            .into_iter()
            .chain(lines_calling(source, "db"))
            .min();
        if let Some(line) = first {
            let message = "a handler gets its store from Scope or Visitor; the `Db` handle needs a reason";
            found.push(Objection {
                key: Key {
                    path: path.to_owned(),
                },
                finding: Finding::new(path, line, message),
            });
        }
    }
    found
}

fn is_module_source(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.next() == Some("modules") && parts.nth(1) == Some("src")
}

#[cfg(test)]
mod tests {
    use crate::tidy::tenancy::check;
    use crate::tidy::tests::finds;

    const MESSAGE: &str = "a handler gets its store from Scope or Visitor; the `Db` handle needs a reason";

    #[test]
    fn modules_hold_no_handle() {
        finds(
            check,
            &[
                ("app/src/main.rs", "use stoa_db::Db;\n"),
                ("modules/x/src/a.rs", "//! A.\nuse stoa_db::{Cx, Db};\n"),
                (
                    "modules/x/src/b.rs",
                    "//! B.\nfn b(state: HttpState) {\n    state.db().platform_read()\n}\n",
                ),
                (
                    "modules/x/src/error.rs",
                    "//! E.\nenum E {\n    Db(#[from] DbError),\n}\n",
                ),
                ("modules/x/tests/it/main.rs", "use stoa_db::Db;\n"),
            ],
            &[
                &format!("modules/x/src/a.rs:2: {MESSAGE}"),
                &format!("modules/x/src/b.rs:3: {MESSAGE}"),
            ],
        );
    }

    #[test]
    fn a_reason_excuses_one_file() {
        let exceptions = "[[handle]]\npath = \"modules/x/src/a.rs\"\nreason = \"creates tenants\"\n\
                          [[handle]]\npath = \"modules/x/src/b.rs\"\nreason = \"creates tenants\"\n";
        finds(
            check,
            &[
                ("modules/x/src/a.rs", "use stoa_db::Db;\n"),
                ("xtask/tenancy.toml", exceptions),
            ],
            &["xtask/tenancy.toml:1: Key { path: \"modules/x/src/b.rs\" } needs no exception any more"],
        );
    }
}
