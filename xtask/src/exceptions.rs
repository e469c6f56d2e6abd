//! Written exceptions to a check: each names what it excuses and why, and one that excuses nothing is itself a finding.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::tidy::Finding;
use crate::tree::Tree;

/// One `[[…]]` entry of an exceptions file: what it excuses (`K`'s fields) and `reason`.
#[derive(Debug, Deserialize)]
pub(crate) struct Exception<K> {
    #[serde(flatten)]
    pub(crate) key: K,
    reason: String,
}

/// Something that a check objects to, with the key by which an exception may excuse it.
#[derive(Debug)]
pub(crate) struct Objection<K> {
    pub(crate) key: K,
    pub(crate) finding: Finding,
}

/// Reads an exceptions file; an absent one holds none, an unreadable one is a finding.
pub(crate) fn read<T: DeserializeOwned + Default>(tree: &Tree, path: &str) -> Result<T, Finding> {
    let Some(text) = tree.text(path) else {
        return Ok(T::default());
    };
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_at(text, span.start));
        Finding::new(path, line, error.message())
    })
}

/// The objections that no exception excuses, and a finding for each exception that is idle or gives no reason.
pub(crate) fn apply<K: PartialEq + std::fmt::Debug>(
    objections: Vec<Objection<K>>,
    exceptions: &[Exception<K>],
    path: &str,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for exception in exceptions {
        if exception.reason.trim().is_empty() {
            findings.push(Finding::new(
                path,
                1,
                format!("{:?} is excused without a reason", exception.key),
            ));
        }
        if !objections.iter().any(|objection| objection.key == exception.key) {
            findings.push(Finding::new(
                path,
                1,
                format!("{:?} needs no exception any more", exception.key),
            ));
        }
    }
    let unexcused = objections
        .into_iter()
        .filter(|objection| !exceptions.iter().any(|exception| exception.key == objection.key));
    findings.extend(unexcused.map(|objection| objection.finding));
    findings
}

/// The line, from 1, on which the byte at `offset` lies.
pub(crate) fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
