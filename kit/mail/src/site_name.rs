//! Tells texts that mail programs would make links of. A letter comes from the platform's address, whoever had it sent: what
//! strangers may write in it must not lead anywhere.

/// Whether a text may name a site or a mailbox: it holds `://`, `www.`, `@`, or a name with a dot that ends like a domain.
#[must_use]
pub fn names_a_site(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains("://")
        || text.contains("www.")
        || text.contains(['@', '＠'])
        || text.split(|letter| !is_of_a_name(letter)).any(is_domain)
}

fn is_of_a_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '-' || is_dot(letter)
}

/// Browsers take these for dots (UTS 46, 2.3).
fn is_dot(letter: char) -> bool {
    matches!(letter, '.' | '。' | '．' | '｡')
}

/// `evil.example`, but not `3.5`, `A. Rahman` or `M.A.K.`: its last part is two letters or more.
fn is_domain(name: &str) -> bool {
    let Some((_, top)) = name.trim_matches(is_dot).rsplit_once(is_dot) else {
        return false;
    };
    let is_top = |letter: char| letter.is_alphabetic() || top.starts_with("xn--");
    top.chars().count() >= 2 && top.chars().all(is_top)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        assert_eq!(names_a_site(text), expected, "{text}");
    }

    /// ATK-J8: what would be shown as a link is told, and people's names are not.
    #[test]
    fn sites_are_told_from_names() {
        for site in [
            "https://evil.example/a",
            "Go to WWW.evil",
            "evil.com",
            "pay at bit.ly/x now",
            "x.co",
            "evil。com",
            "evil.xn--p1ai",
            "пример.рф",
            "help@evil",
        ] {
            check(site, true);
        }
        for name in [
            "Ayesha Rahman",
            "A. Rahman",
            "M.A.K. Azad",
            "Md. Karim",
            "আয়েশা রহমান",
            "Mug 3.5 l",
            "House 12, Road 4.",
            "Tea... or coffee",
            "",
        ] {
            check(name, false);
        }
    }
}
