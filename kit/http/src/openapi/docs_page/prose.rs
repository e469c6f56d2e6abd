//! Descriptions as HTML: paragraphs and `code`, which is all of Markdown that they use.

use std::fmt::Write as _;

use crate::escape;

pub(super) fn prose(text: &str) -> String {
    let mut html = String::new();
    for paragraph in text
        .split("\n\n")
        .filter(|paragraph| !paragraph.trim().is_empty())
    {
        let _ = writeln!(html, "<p>{}</p>", inline(paragraph.trim()));
    }
    html
}

/// One line of text with its `code`.
pub(in crate::openapi) fn inline(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    let mut html = String::new();
    for (place, piece) in pieces.iter().enumerate() {
        let is_code = place % 2 == 1 && place + 1 < pieces.len();
        let piece = escape(piece);
        let _ = if is_code {
            write!(html, "<code>{piece}</code>")
        } else {
            write!(html, "{piece}")
        };
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_code_is_marked() {
        assert_eq!(
            prose("a `<b>` c\n\nd"),
            "<p>a <code>&lt;b&gt;</code> c</p>\n<p>d</p>\n"
        );
        assert_eq!(inline("a `b"), "a b");
    }
}
