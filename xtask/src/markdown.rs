//! What Markdown documents point to: code spans and link targets, with their lines.

use pulldown_cmark::{Event, Parser, Tag};

use crate::exceptions::line_at;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    /// `` `…` `` in running text; fenced blocks are no references.
    Code(String),
    /// The target of a link or a picture.
    Link(String),
}

pub(crate) fn references(text: &str) -> Vec<(usize, Reference)> {
    let events = Parser::new_ext(text, pulldown_cmark::Options::ENABLE_TABLES).into_offset_iter();
    let found = events.filter_map(|(event, range)| {
        let reference = match event {
            Event::Code(code) => Reference::Code(code.into_string()),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                Reference::Link(dest_url.into_string())
            }
            _ => return None,
        };
        Some((line_at(text, range.start), reference))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::{Reference, references};

    #[test]
    fn code_and_links_are_references() {
        let text = "# `a/b`\n\n| x |\n|---|\n| `c` [d](e.md#f) |\n\n![g](h.png)\n\n```\n`i`\n```\n";
        let code = |text: &str| Reference::Code(text.to_owned());
        let link = |text: &str| Reference::Link(text.to_owned());
        assert_eq!(
            references(text),
            [
                (1, code("a/b")),
                (5, code("c")),
                (5, link("e.md#f")),
                (7, link("h.png"))
            ]
        );
    }
}
