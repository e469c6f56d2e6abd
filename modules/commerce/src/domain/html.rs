//! Descriptions: markup from outside, made safe before it is kept.

mod attributes;
mod growth;

use stoa_core::TextError;

use crate::domain::refuse;

const MAX: usize = 100_000;
/// More tags are no description.
const MAX_TAGS: usize = 5_000;
/// From so many tags little can grow.
const FEW_TAGS: usize = 50;
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
                "has too many tags, too many that are never closed, or a tag with too many attributes",
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

/// Whether making it safe would take far longer than reading it. The parser is given nothing that was not looked at first.
fn is_tangled(text: &str) -> bool {
    let tags = text.matches('<').count();
    tags > MAX_TAGS || attributes::are_too_many(text) || (tags > FEW_TAGS && growth::is_too_much(text))
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

    #[track_caller]
    fn check_tangled(text: &str) {
        assert_eq!(Html::parse(text).map_err(|error| error.code), Err("html.tangled"));
    }

    /// ATK-P14: what is short to write and long to parse is refused before it is parsed.
    #[test]
    fn refuses_what_would_grow_beyond_measure() {
        let nested = |levels: usize| format!("<p>{}<p>{}", "<b title=i>".repeat(levels), "x<p>".repeat(900));
        assert!(Html::parse(&nested(2)).is_ok());
        check_tangled(&nested(900));
        check_tangled(&"<br>".repeat(MAX_TAGS + 1));
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

    /// ATK-P14: each element is looked for in all that are open, each attribute in all of its tag.
    #[test]
    fn refuses_what_goes_too_deep() {
        let nested = |levels: usize| format!("{}x{}", "<div>".repeat(levels), "</div>".repeat(levels));
        assert!(Html::parse(&nested(60)).is_ok());
        check_tangled(&nested(2000));
        // End tags that close nothing, being in a comment, in a drawing's style, or of what is not open.
        check_tangled(&"<div><!--</div>-->".repeat(1000));
        check_tangled(&"<span><div></span>".repeat(1000));
        check_tangled(&format!("<svg>{}", "<g></p a='</g>'>".repeat(1000)));
        check_tangled(&"<b id=1><table><td></b></table>".repeat(1000));
        let attributes = |from: usize, to: usize| (from..to).map(|at| format!(" a{at}")).collect::<String>();
        assert!(Html::parse(&format!("<p{}>x", attributes(0, 30))).is_ok());
        check_tangled(&format!("<p{}>x", attributes(0, 9000)));
        check_tangled(&format!("<p{}", attributes(0, 9000)));
        // Each repetition gives the root more attributes.
        let root = (0..400).map(|at| format!("<html{}>", attributes(at * 20, at * 20 + 20)));
        check_tangled(&root.collect::<String>());
    }

    #[test]
    fn takes_what_shops_write() {
        let row = "<tr><td style='color: red'><p>a<td><b>b</b><br>c";
        let list = "<li><a href=\"https://example.org/?a=1&b=2\" title='x > y'>a</a>";
        let text = format!(
            "<!-- made by a program --><style>p > a {{ color: red }}</style><table>{}</table><ul>{}</ul>{}",
            row.repeat(200),
            list.repeat(200),
            "<p><span><strong>a</strong></span><p>".repeat(200),
        );
        assert!(Html::parse(&text).is_ok());
    }

    #[test]
    fn makes_one_line_of_text() {
        let html = Html::stored("<p>Soft &amp; warm</p><p>One\nsize</p>".to_owned());
        assert_eq!(html.excerpt(100), "Soft & warm One size");
        assert_eq!(html.excerpt(4), "Soft");
    }
}
