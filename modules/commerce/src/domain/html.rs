//! Descriptions: markup from outside, made safe before it is kept.

use stoa_core::TextError;

use crate::domain::refuse;

const MAX: usize = 100_000;
/// More tags are no description.
const MAX_TAGS: usize = 5_000;
/// Elements that HTML opens again in each paragraph until they are closed: each level multiplies what comes after it.
const FORMATTING: [&str; 16] = [
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u", "mark",
    "span",
];
const MAX_DEPTH: usize = 40;

/// Markup without scripts, styles, forms and event handlers: only what `ammonia`'s allow-list lets through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Html(String);

impl Html {
    pub(crate) fn parse(text: &str) -> Result<Self, TextError> {
        if text.len() > MAX {
            return refuse("text.too_long", format!("must be at most {MAX} bytes long"));
        }
        if is_tangled(text) {
            return refuse(
                "html.tangled",
                "has too many tags, or too many that are never closed",
            );
        }
        let clean = ammonia::clean(text).trim().to_owned();
        if clean.len() > MAX {
            return refuse(
                "text.too_long",
                format!("must be at most {MAX} bytes long once it is made safe"),
            );
        }
        Ok(Self(clean))
    }

    /// Markup that was made safe when it was written.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The text alone, on one line, cut after `max` characters. Reads no further than it has to: pages ask for it.
    pub(crate) fn excerpt(&self, max: usize) -> String {
        let mut words = String::new();
        let (mut length, mut in_tag) = (0, false);
        for letter in self.0.chars() {
            match letter {
                '<' => in_tag = true,
                '>' if in_tag => in_tag = false,
                _ if in_tag => continue,
                _ => {}
            }
            // A space in place of each tag keeps the words of neighbouring paragraphs apart.
            let letter = if letter == '<' || letter == '>' || letter.is_whitespace() {
                ' '
            } else {
                letter
            };
            if letter == ' ' && (words.is_empty() || words.ends_with(' ')) {
                continue;
            }
            words.push(letter);
            length += 1;
            // An entity is at most six letters for one.
            if length > max * 6 {
                break;
            }
        }
        let text = words
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&nbsp;", " ")
            .replace("&amp;", "&");
        text.chars().take(max).collect::<String>().trim_end().to_owned()
    }
}

/// Whether the parser would have to build far more than was written.
fn is_tangled(text: &str) -> bool {
    let mut open = [0_usize; FORMATTING.len()];
    for (tags, tag) in text.split('<').skip(1).enumerate() {
        let (is_end, name) = tag.strip_prefix('/').map_or((false, tag), |name| (true, name));
        let name = name
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        let known = FORMATTING
            .iter()
            .position(|formatting| formatting.eq_ignore_ascii_case(name));
        if let Some(count) = known.and_then(|at| open.get_mut(at)) {
            *count = if is_end {
                count.saturating_sub(1)
            } else {
                *count + 1
            };
        }
        if tags >= MAX_TAGS || open.iter().sum::<usize>() > MAX_DEPTH {
            return true;
        }
    }
    false
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
    fn refuses_what_would_grow_beyond_measure() {
        let nested = |levels: usize| format!("<p>{}<p>{}", "<b title=i>".repeat(levels), "x<p>".repeat(900));
        assert!(Html::parse(&nested(2)).is_ok());
        assert_eq!(
            Html::parse(&nested(900)).map_err(|error| error.code),
            Err("html.tangled")
        );
        let many = "<br>".repeat(MAX_TAGS + 1);
        assert_eq!(
            Html::parse(&many).map_err(|error| error.code),
            Err("html.tangled")
        );
        // Few enough to be parsed, and still too much once each paragraph repeats them.
        let grown = format!(
            "<p>{}{}",
            "<b title=\"a long one, to grow\">".repeat(3),
            "x<p>".repeat(2000)
        );
        assert_eq!(
            Html::parse(&grown).map_err(|error| error.code),
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
