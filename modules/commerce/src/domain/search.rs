//! What is looked for in lists, in forms that an index can be asked for.

use stoa_core::Text;

/// All texts that begin with one: from it, to below the last that could.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Beginning {
    pub(crate) from: String,
    pub(crate) below: String,
}

/// A product by how its title begins, whatever its capitals, or one of its SKUs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProductSearch {
    pub(crate) title: Beginning,
    pub(crate) sku: Beginning,
}

/// An order by its number, or by how its email or its telephone number begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrderSearch {
    /// Zero, which no order has, when it can be no number.
    pub(crate) number: i64,
    pub(crate) email: Beginning,
    /// The plus sign apart.
    pub(crate) phone: Beginning,
}

impl Beginning {
    fn with(text: String) -> Self {
        let below = format!("{text}{}", char::MAX);
        Self { from: text, below }
    }
}

impl ProductSearch {
    pub(crate) fn of(asked: &Text<100>) -> Self {
        Self {
            title: Beginning::with(folded(asked.as_str())),
            sku: Beginning::with(asked.as_str().to_owned()),
        }
    }
}

impl OrderSearch {
    pub(crate) fn of(asked: &Text<100>) -> Self {
        let text = asked.as_str();
        let phone: String = text
            .chars()
            .filter(|letter| !" +-().".contains(*letter))
            .collect();
        Self {
            number: text.trim_start_matches('#').parse().unwrap_or(0),
            email: Beginning::with(text.to_lowercase()),
            phone: Beginning::with(phone),
        }
    }
}

/// A title as lists sort it: both engines fold these letters alone.
pub(crate) fn folded(title: &str) -> String {
    title.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(asked: &str, number: i64, email: &str, phone: &str) {
        let search = Text::parse(asked).map(|asked| OrderSearch::of(&asked));
        let found = search.map(|search| (search.number, search.email.from, search.phone.from));
        assert_eq!(found, Ok((number, email.to_owned(), phone.to_owned())), "{asked}");
    }

    #[test]
    fn an_order_is_looked_for_in_every_way_that_fits() {
        check("1001", 1001, "1001", "1001");
        check("#1001", 1001, "#1001", "#1001");
        check("+880 1712-34", 0, "+880 1712-34", "880171234");
        check("Rahim@Example.org", 0, "rahim@example.org", "Rahim@Exampleorg");
    }

    #[test]
    fn a_beginning_ends_behind_all_that_begin_with_it() {
        let linen = Beginning::with("linen".to_owned());
        for (title, expected) in [
            ("linen", true),
            ("linen shirt", true),
            ("linenৎ", true),
            ("line", false),
            ("lineo", false),
        ] {
            let is_in = title >= linen.from.as_str() && title < linen.below.as_str();
            assert_eq!(is_in, expected, "{title}");
        }
    }
}
