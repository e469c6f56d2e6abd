//! SQL cut into words, enough to ask what a statement names and compares.

/// Lower-cased names, arguments (`$1`) and single signs; a quoted text becomes one `'`.
/// Parts in braces may be left out when a statement runs, so `only_certain` skips them.
pub(super) fn words(sql: &str, only_certain: bool) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = sql.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => rest
                .get(1..)
                .and_then(|text| text.find('\''))
                .map_or(rest.len(), |end| end + 2),
            '{' if only_certain => rest.find('}').map_or(rest.len(), |end| end + 1),
            _ if is_name(first) || first == '$' => {
                rest.find(|c| !is_name(c) && c != '$').unwrap_or(rest.len())
            }
            _ => first.len_utf8(),
        };
        let (word, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
        match first {
            '\'' => words.push("'".to_owned()),
            '{' => {}
            _ => words.push(word.to_lowercase()),
        }
        rest = tail.trim_start();
    }
    words
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn cuts_names_arguments_and_signs() {
        let sql = "SELECT s.id FROM Sessions\n WHERE a='it (x' AND n IN ($1…){ AND b = $2}";
        let expected = "select s . id from sessions where a = ' and n in ( $1 … )";
        assert_eq!(words(sql, true).join(" "), expected);
        assert_eq!(words(sql, false).join(" "), format!("{expected} and b = $2 }}"));
    }
}
