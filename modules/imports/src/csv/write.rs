//! Writes rows that no spreadsheet takes for anything but text.

use super::formula::guard;

/// Adds a row. Every cell is quoted, so that a spreadsheet that separates by something else does not split it either.
pub(crate) fn write_row<'c>(text: &mut String, cells: impl IntoIterator<Item = &'c str>) {
    for (index, cell) in cells.into_iter().enumerate() {
        text.push_str(if index == 0 { "\"" } else { ",\"" });
        text.push_str(guard(cell));
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_guarded() {
        let mut text = String::new();
        write_row(&mut text, ["a", "say \"hi\"", "", "=1+1", "two\nlines"]);
        assert_eq!(text, "\"a\",\"say \"\"hi\"\"\",\"\",\"'=1+1\",\"two\nlines\"\r\n");
    }
}
