//! Understands a file by its first rows.

use stoa_core::Currency;

use crate::{
    csv::{Row, rows},
    error::Unusable,
    kind::{ImportKind, Importer, Opening},
};

/// Reads a file that is at hand to its end, as an import of it will, so that it is refused before it is taken.
pub(super) fn open_whole(
    file: &[u8],
    kind: &ImportKind,
    format: &str,
    currency: Currency,
) -> Result<(), Unusable> {
    open_start(file, kind, format, currency)?;
    let mut rows = rows(file).skip(1);
    rows.next().ok_or_else(no_rows)??;
    rows.try_for_each(|row| row.map(drop))
}

/// Looks at the beginning of a file.
pub(super) fn open_start(
    start: &[u8],
    kind: &ImportKind,
    format: &str,
    currency: Currency,
) -> Result<(), Unusable> {
    let header = rows(start).next().ok_or_else(no_header)??;
    open(&header, kind, format, currency).map(drop)
}

pub(super) fn open(
    header: &Row,
    kind: &ImportKind,
    format: &str,
    currency: Currency,
) -> Result<Box<dyn Importer>, Unusable> {
    if let Some(name) = repeated(header) {
        return Err(Unusable::new(
            "imports.repeated_column",
            format!("Two columns are called “{name}”; keep the one that is meant and delete the other."),
        ));
    }
    (kind.open)(&Opening {
        format,
        header,
        currency,
    })
}

pub(super) fn no_header() -> Unusable {
    Unusable::new(
        "imports.empty",
        "This file is empty; export it once more and keep its header row.",
    )
}

pub(super) fn no_rows() -> Unusable {
    Unusable::new(
        "imports.no_rows",
        "This file has a header and no rows; export it once more with what is to be imported.",
    )
}

/// The first column name that stands there twice.
fn repeated(header: &Row) -> Option<&str> {
    let mut seen = std::collections::HashSet::new();
    header
        .cells
        .iter()
        .map(|cell| cell.trim())
        .find(|name| !name.is_empty() && !seen.insert(name.to_lowercase()))
}
