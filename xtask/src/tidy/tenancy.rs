//! What keeps tenants apart beyond the engines: SQL that names no tenant, control rows reached by tenant or person,
//! and a database handle that only listed files hold. `xtask/tenancy.toml` lists the exceptions with their reasons.

mod handle;
mod sql_words;
mod statements;

use serde::Deserialize;

use crate::exceptions::{self, Exception};
use crate::tidy::Finding;
use crate::tree::Tree;

const EXCEPTIONS: &str = "xtask/tenancy.toml";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Exceptions {
    handle: Vec<Exception<handle::Key>>,
    statement: Vec<Exception<statements::Key>>,
}

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let allowed: Exceptions = match exceptions::read(tree, EXCEPTIONS) {
        Ok(allowed) => allowed,
        Err(finding) => return vec![finding],
    };
    let mut findings = statements::forbidden_words(tree);
    findings.extend(exceptions::apply(
        statements::unnarrowed(tree),
        &allowed.statement,
        EXCEPTIONS,
    ));
    findings.extend(exceptions::apply(
        handle::holders(tree),
        &allowed.handle,
        EXCEPTIONS,
    ));
    findings
}
