//! What a file is, by its first bytes: what no reader of text could make sense of is told before anything is read.

use crate::error::Unusable;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// What other kinds of files begin with, and what they are called.
const MAGIC: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a spreadsheet or an archive (.xlsx, .ods, .zip)"),
    (b"PK\x05\x06", "an empty archive (.zip)"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet (.xls)"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file (.gz)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3", "a database"),
    (b"<", "HTML or XML"),
    (b"{", "JSON"),
    (b"[", "JSON"),
];

/// Where the text begins: after the byte order mark that spreadsheets write before UTF-8.
pub(crate) fn sniff(start: &[u8]) -> Result<usize, Unusable> {
    let after_mark = if start.starts_with(BOM) { BOM.len() } else { 0 };
    let text = start.get(after_mark..).unwrap_or_default();
    if is_utf16(start) {
        return Err(Unusable::new(
            "imports.encoding",
            "This file is UTF-16 text; save it as “CSV UTF-8” and send it again.",
        ));
    }
    let Some(first) = text.iter().position(|byte| !byte.is_ascii_whitespace()) else {
        return Err(Unusable::new(
            "imports.empty",
            "This file is empty; export it once more and keep its header row.",
        ));
    };
    let content = text.get(first..).unwrap_or_default();
    match MAGIC.iter().find(|(magic, _)| content.starts_with(magic)) {
        Some((_, what)) => Err(Unusable::new(
            "imports.not_csv",
            format!("This file is {what}, not CSV; export it as “CSV UTF-8” and send that."),
        )),
        None => Ok(after_mark),
    }
}

/// By its mark, or by zeros in every other place of what would be Latin letters.
fn is_utf16(start: &[u8]) -> bool {
    let is_marked = start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff");
    let zeros = |parity: usize| {
        start
            .iter()
            .skip(parity)
            .step_by(2)
            .take(4)
            .all(|byte| *byte == 0)
    };
    is_marked || (start.len() >= 8 && (zeros(0) || zeros(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(start: &[u8], expected: Result<usize, &str>) {
        assert_eq!(
            sniff(start).map_err(|unusable| unusable.code),
            expected,
            "{start:?}"
        );
    }

    #[test]
    fn other_kinds_of_files_are_told() {
        check(b"Handle,Title\n", Ok(0));
        check(b"\xef\xbb\xbfHandle,Title\n", Ok(3));
        check(b"", Err("imports.empty"));
        check(b"\xef\xbb\xbf\r\n \n", Err("imports.empty"));
        check(b"\xff\xfeT\0i\0t\0l\0", Err("imports.encoding"));
        check(b"\0T\0i\0t\0l\0e", Err("imports.encoding"));
        check(b"T\0i\0t\0l\0e\0", Err("imports.encoding"));
        check(b"PK\x03\x04rest", Err("imports.not_csv"));
        check(b"\n<html>", Err("imports.not_csv"));
        check(b"[{\"title\":1}]", Err("imports.not_csv"));
    }
}
