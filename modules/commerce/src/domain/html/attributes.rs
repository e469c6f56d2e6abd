//! Counts attributes before a parser does: it compares each with all others of its tag.

use super::MAX;

/// No tag of a description has more.
const MAX_ATTRIBUTES: usize = 100;
/// What may be read to count them. Tags are read once where they are tags, so that this is reached by contrivance only.
const MAX_READ: usize = 8 * MAX;

/// Whether some tag may have too many. Whether a `<` begins a tag depends on all that comes before it (a comment, a script,
/// a drawing); so each is taken for one, which no way of writing it evades.
pub(super) fn are_too_many(text: &str) -> bool {
    let mut read = 0;
    for (at, _) in text.match_indices('<') {
        let tag = text.get(at + 1..).unwrap_or_default();
        let tag = tag.strip_prefix('/').unwrap_or(tag);
        if !tag.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            continue;
        }
        let (count, length) = count(tag);
        read += length;
        if count > MAX_ATTRIBUTES || read > MAX_READ {
            return true;
        }
    }
    false
}

/// How many attributes a tag has that begins with this name, and how far it goes; both only until there are too many
/// (HTML standard, 13.2.5.32 to 13.2.5.39).
fn count(tag: &str) -> (usize, usize) {
    let mut count = 0;
    let mut rest = from(tag, |letter| is_space(letter) || "/>".contains(letter));
    while count <= MAX_ATTRIBUTES {
        rest = rest.trim_start_matches(|letter| is_space(letter) || letter == '/');
        let mut letters = rest.chars();
        // An equals sign may be the first letter of a name.
        match letters.next() {
            None | Some('>') => break,
            Some(_) => count += 1,
        }
        rest = from(letters.as_str(), |letter| {
            is_space(letter) || "/>=".contains(letter)
        });
        if let Some(value) = rest.trim_start_matches(is_space).strip_prefix('=') {
            rest = after_value(value.trim_start_matches(is_space));
        }
    }
    (count, tag.len() - rest.len())
}

fn after_value(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(quoted) = value.strip_prefix(quote) {
            return quoted.split_once(quote).map_or("", |(_, rest)| rest);
        }
    }
    from(value, |letter| is_space(letter) || letter == '>')
}

fn from(text: &str, is_end: impl Fn(char) -> bool) -> &str {
    text.find(is_end)
        .and_then(|at| text.get(at..))
        .unwrap_or_default()
}

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tag: &str, attributes: usize, rest: &str) {
        assert_eq!(count(tag), (attributes, tag.len() - rest.len()), "{tag}");
    }

    #[test]
    fn attributes_are_counted_as_parsers_count_them() {
        check("p>x", 0, ">x");
        check("p", 0, "");
        check("p a b\n=\nc d='>' e=\"<p a>\"f=g/ >x", 5, ">x");
        check("p =a==b / c>x", 2, ">x");
        check("p a=>x", 1, ">x");
        check("p a='x > y", 1, "");
    }

    #[test]
    fn reading_comes_to_an_end() {
        let tags = "<p>some words that are no attributes</p>".repeat(2000);
        assert!(!are_too_many(&tags));
        // Each would be read to the end of all.
        assert!(are_too_many(&"<a".repeat(MAX / 2)));
    }
}
