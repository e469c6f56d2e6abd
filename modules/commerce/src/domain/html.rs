//! Descriptions: markup from outside, made safe before it is kept.

use stoa_core::TextError;

use crate::domain::refuse;

const MAX: usize = 100_000;

/// Markup without scripts, styles, forms and event handlers: only what `ammonia`'s allow-list lets through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Html(String);

impl Html {
    pub(crate) fn parse(text: &str) -> Result<Self, TextError> {
        if text.len() > MAX {
            return refuse("text.too_long", format!("must be at most {MAX} bytes long"));
        }
        Ok(Self(ammonia::clean(text).trim().to_owned()))
    }

    /// Markup that was made safe when it was written.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The text alone, on one line, cut after `max` characters.
    pub(crate) fn excerpt(&self, max: usize) -> String {
        // A space in place of each tag keeps the words of neighbouring paragraphs apart.
        let spaced = self.0.replace('<', " <");
        let text = ammonia::Builder::empty().clean(&spaced).to_string();
        let text = text
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&nbsp;", " ");
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        words.chars().take(max).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: &str, expected: &str) {
        let html = Html::parse(from);
        assert_eq!(html.as_ref().map(Html::as_str), Ok(expected));
        // What is imported again must compare as equal.
        assert_eq!(Html::parse(expected), html);
    }

    #[test]
    fn keeps_text_and_drops_scripts() {
        check(
            " <p>Soft &amp; <b>warm</b></p>\n",
            "<p>Soft &amp; <b>warm</b></p>",
        );
        check("<p onclick=\"x()\">a</p><script>x()</script>", "<p>a</p>");
        check(
            "<a href=\"javascript:x()\">a</a>",
            "<a rel=\"noopener noreferrer\">a</a>",
        );
        check("a < b\0", "a &lt; b");
        check("", "");
    }

    #[test]
    fn refuses_what_is_endless() {
        assert_eq!(
            Html::parse(&"a".repeat(MAX + 1)).map_err(|error| error.code),
            Err("text.too_long")
        );
    }

    #[test]
    fn makes_one_line_of_text() {
        let html = Html::stored("<p>Soft &amp; warm</p><p>One\nsize</p>".to_owned());
        assert_eq!(html.excerpt(100), "Soft & warm One size");
        assert_eq!(html.excerpt(4), "Soft");
    }
}
