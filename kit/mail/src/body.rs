//! What a letter says, written once and shown twice: as plain text and as simple HTML.

use std::fmt::Write as _;

/// The parts of a letter in their order.
#[derive(Debug, Clone, Default)]
pub struct Body(Vec<Part>);

#[derive(Debug, Clone)]
enum Part {
    Words(String),
    /// Two columns: what, and how much.
    Table(Vec<(String, String)>),
    Link {
        words: String,
        url: String,
    },
}

impl Body {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A paragraph.
    #[must_use]
    pub fn words(mut self, words: impl Into<String>) -> Self {
        self.0.push(Part::Words(words.into()));
        self
    }

    #[must_use]
    pub fn table(mut self, rows: Vec<(String, String)>) -> Self {
        self.0.push(Part::Table(rows));
        self
    }

    /// A link on a line of its own. `url` is one of ours.
    #[must_use]
    pub fn link(mut self, words: impl Into<String>, url: impl Into<String>) -> Self {
        self.0.push(Part::Link {
            words: words.into(),
            url: url.into(),
        });
        self
    }

    pub(crate) fn text(&self) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Words(words) => words.clone(),
            Part::Table(rows) => rows
                .iter()
                .map(|(what, much)| format!("{what}: {much}"))
                .collect::<Vec<_>>()
                .join("\n"),
            Part::Link { words, url } => format!("{words}:\n{url}"),
        });
        let mut text = parts.collect::<Vec<_>>().join("\n\n");
        text.push('\n');
        text
    }

    pub(crate) fn html(&self) -> String {
        let mut html = String::from(
            "<!doctype html><html><head><meta charset=\"utf-8\"></head>\
             <body style=\"font-family:sans-serif;line-height:1.5;max-width:40em\">",
        );
        for part in &self.0 {
            part.write_html(&mut html);
        }
        html.push_str("</body></html>");
        html
    }
}

impl Part {
    fn write_html(&self, html: &mut String) {
        // Writing to a String cannot fail.
        let _ = match self {
            Self::Words(words) => write!(html, "<p>{}</p>", escape(words).replace('\n', "<br>")),
            Self::Table(rows) => {
                html.push_str("<table cellpadding=\"4\">");
                for (what, much) in rows {
                    let _ = write!(
                        html,
                        "<tr><td>{}</td><td align=\"right\">{}</td></tr>",
                        escape(what),
                        escape(much)
                    );
                }
                write!(html, "</table>")
            }
            Self::Link { words, url } => {
                write!(html, "<p><a href=\"{}\">{}</a></p>", escape(url), escape(words))
            }
        };
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_content_is_shown_twice() {
        let body = Body::new()
            .words("ধন্যবাদ, Rahim <b>")
            .table(vec![("Saree & more".to_owned(), "৳1,299.00".to_owned())])
            .link("Your order", "https://shop.example/orders/x?a=1&b=2");
        assert_eq!(
            body.text(),
            "ধন্যবাদ, Rahim <b>\n\nSaree & more: ৳1,299.00\n\nYour order:\nhttps://shop.example/orders/x?a=1&b=2\n"
        );
        let html = body.html();
        assert!(html.contains("<p>ধন্যবাদ, Rahim &lt;b&gt;</p>"), "{html}");
        assert!(html.contains("<td>Saree &amp; more</td>"), "{html}");
        assert!(
            html.contains("href=\"https://shop.example/orders/x?a=1&amp;b=2\""),
            "{html}"
        );
    }
}
