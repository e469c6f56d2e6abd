//! Cells that a spreadsheet would run as formulas, and how they are kept from it (OWASP, CSV injection).
//!
//! An apostrophe goes before such a cell when it is written, and off again when it is read. A cell that begins with
//! apostrophes and then such a sign gets one more and loses one, so that every cell comes back as it was.

/// What makes a formula of a cell, full-width forms included.
const SIGNS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Whether the cell is, apart from apostrophes before it, what a spreadsheet would run.
fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(SIGNS)
}

/// The apostrophe that keeps a spreadsheet from running the cell, if it needs one.
pub(super) fn guard(cell: &str) -> &'static str {
    if is_formula(cell) { "'" } else { "" }
}

/// The cell without the apostrophe that [`guard`] put before it.
pub(crate) fn bared(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(cell: &str, written: &str) {
        assert_eq!(format!("{}{cell}", guard(cell)), written);
        assert_eq!(bared(written), cell);
    }

    /// ATK-M7: what would be run as a formula is written as text, and comes back as it was.
    #[test]
    fn formulas_are_written_as_text() {
        check(
            "=HYPERLINK(\"https://evil.example\")",
            "'=HYPERLINK(\"https://evil.example\")",
        );
        check("+1", "'+1");
        check("-2", "'-2");
        check("@SUM(A1)", "'@SUM(A1)");
        check("\t=1", "'\t=1");
        check("\r=1", "'\r=1");
        check("＝1", "'＝1");
        check("'=1", "''=1");
        check("''=1", "'''=1");
        check("'0012", "'0012");
        check("a=1", "a=1");
        check("'", "'");
        check("", "");
    }

    proptest! {
        #[test]
        fn every_cell_comes_back(cell in "['=+@a-]{0,6}") {
            let written = format!("{}{cell}", guard(&cell));
            prop_assert!(!written.starts_with(SIGNS));
            prop_assert_eq!(bared(&written), cell);
        }
    }
}
