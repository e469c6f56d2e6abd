//! Only `kit/db` knows which database drivers exist; elsewhere not even their names occur.

use crate::tidy::Finding;
use crate::tree::Tree;

/// Written with `_`; a manifest's `-` counts as the same.
const DRIVERS: &[&str] = &[
    "rusqlite",
    "libsqlite3_sys",
    "tokio_postgres",
    "deadpool_postgres",
];

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts().filter(|(path, _)| is_bound(path)) {
        for (number, line) in text.lines().enumerate() {
            let line = line.replace('-', "_");
            if let Some(driver) = DRIVERS.iter().find(|driver| line.contains(**driver)) {
                findings.push(Finding::new(
                    path,
                    number + 1,
                    format!("only kit/db may name {driver}"),
                ));
            }
        }
    }
    findings
}

/// The workspace's manifest holds all versions, a benchmark compares with the bare driver, and this check names them.
fn is_bound(path: &str) -> bool {
    let is_code = path.ends_with(".rs") || (path.ends_with("/Cargo.toml"));
    is_code
        && !["kit/db/", "bench/", "xtask/src/"]
            .iter()
            .any(|exempt| path.starts_with(exempt))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::finds;

    #[test]
    fn drivers_stay_inside() {
        finds(
            check,
            &[
                ("Cargo.toml", "rusqlite = \"0.41\"\n"),
                (
                    "app/Cargo.toml",
                    "[dependencies]\ntokio-postgres.workspace = true\n",
                ),
                ("bench/src/main.rs", "use rusqlite::Connection;\n"),
                ("kit/db/src/sqlite.rs", "use rusqlite::Connection;\n"),
                ("modules/x/README.md", "Not rusqlite.\n"),
                (
                    "modules/x/src/store.rs",
                    "//! Store.\nuse deadpool_postgres::Pool;\n",
                ),
            ],
            &[
                "app/Cargo.toml:2: only kit/db may name tokio_postgres",
                "modules/x/src/store.rs:2: only kit/db may name deadpool_postgres",
            ],
        );
    }
}
