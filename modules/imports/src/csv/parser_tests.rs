//! Files as spreadsheets write them and as they break, whole and cut at every byte.

use proptest::prelude::*;

use super::*;

type Found = Result<Vec<(i64, Vec<String>)>, &'static str>;

/// All rows of a text that comes in pieces of this length.
fn read(text: &[u8], piece: usize) -> Found {
    let mut parser = Parser::at(Position::after(0));
    let mut rows = Vec::new();
    let mut keep = |row: Row| rows.push((row.number, row.cells));
    for mut input in text.chunks(piece.max(1)) {
        while !input.is_empty() {
            let taken = parser.push(input).map_err(|unusable| unusable.code)?;
            input = &input[taken..];
            parser.take().map(&mut keep);
        }
    }
    parser.end().map_err(|unusable| unusable.code)?.map(&mut keep);
    Ok(rows)
}

#[track_caller]
fn check(text: &[u8], expected: Result<&[(i64, &[&str])], &'static str>) {
    let expected: Found = expected.map(|rows| {
        let owned = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        rows.iter()
            .map(|(number, cells)| (*number, owned(cells)))
            .collect()
    });
    for piece in [1, 2, 3, text.len()] {
        assert_eq!(read(text, piece), expected, "in pieces of {piece}");
    }
}

#[test]
fn rows_are_read_whatever_ends_their_lines() {
    check(b"", Ok(&[]));
    check(b"a,b\n1,2\n", Ok(&[(1, &["a", "b"]), (2, &["1", "2"])]));
    check(b"a,b\r\n1,2", Ok(&[(1, &["a", "b"]), (2, &["1", "2"])]));
    check(b"a,b\r1,2\r", Ok(&[(1, &["a", "b"]), (2, &["1", "2"])]));
    check(b"a,\n,\n", Ok(&[(1, &["a", ""]), (2, &["", ""])]));
}

#[test]
fn quoted_cells_hold_anything() {
    check(
        b"\"1,\r\n2\",\"3 \"\"4\"\"\"\nx\n",
        Ok(&[(1, &["1,\r\n2", "3 \"4\""]), (2, &["x"])]),
    );
    check(b"5\" pipe,\"a\"b\n", Ok(&[(1, &["5\" pipe", "ab"])]));
    check(b"\"\"\n", Ok(&[(1, &[""])]));
}

#[test]
fn blank_rows_count() {
    check(b"a\n\n\nb\n", Ok(&[(1, &["a"]), (4, &["b"])]));
    check(b"a\r\n\r\nb\r\n", Ok(&[(1, &["a"]), (3, &["b"])]));
    check(b"a\r\rb", Ok(&[(1, &["a"]), (3, &["b"])]));
    check(b"\"two\nlines\"\nb\n", Ok(&[(1, &["two\nlines"]), (2, &["b"])]));
}

#[test]
fn apostrophes_before_formulas_come_off() {
    check(b"'=1,\"'-2\",'0012\n", Ok(&[(1, &["=1", "-2", "'0012"])]));
}

#[test]
fn what_cannot_be_read_is_told() {
    check(b"a\nb\0\n", Err("imports.nul_byte"));
    check(b"a\ncaf\xe9\n", Err("imports.encoding"));
    check(b"a,b\n1,\"2\n3,4\n", Err("imports.open_quote"));
    assert_eq!(
        read(&vec![b'x'; MAX_CELL], MAX_CELL).map(|rows| rows.len()),
        Ok(1)
    );
    assert_eq!(read(&vec![b'x'; MAX_CELL + 1], 4096), Err("imports.too_long"));
    assert_eq!(
        read(&vec![b','; MAX_COLUMNS - 1], 64).map(|rows| rows.len()),
        Ok(1)
    );
    assert_eq!(
        read(&vec![b','; MAX_COLUMNS], 64),
        Err("imports.too_many_columns")
    );
}

proptest! {
    /// Reading can go on at any row as if it had never stopped.
    #[test]
    fn any_row_can_be_begun_with(text in "[a,\"\r\n ]{0,40}") {
        let Ok(all) = read(text.as_bytes(), 1) else { return Ok(()) };
        let mut parser = Parser::at(Position::after(0));
        let mut rest = text.as_bytes();
        let mut seen = 0;
        while !rest.is_empty() {
            let Ok(taken) = parser.push(rest) else { return Ok(()) };
            rest = &rest[taken..];
            let Some(row) = parser.take() else { break };
            let mut again = Parser::at(row.start);
            let begun = text.as_bytes().get(usize::try_from(row.start.offset).unwrap_or(0)..).unwrap_or_default();
            again.push(begun).ok();
            let repeated = again.take().or_else(|| again.end().ok().flatten());
            prop_assert_eq!(repeated.map(|row| (row.number, row.cells)), all.get(seen).cloned());
            seen += 1;
        }
    }
}
