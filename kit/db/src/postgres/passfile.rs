//! Passwords in a file of libpq's form (<https://www.postgresql.org/docs/current/libpq-pgpass.html>): a line for each
//! `host:port:database:user:password`, of which the first that fits is taken.

use std::path::Path;

use crate::{DbError, DbResult};

pub(super) fn password(file: &Path, place: [&str; 4]) -> DbResult<Option<String>> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| DbError::unavailable(format!("the password file {}: {error}", file.display())))?;
    Ok(text.lines().find_map(|line| fitting(line, place)))
}

fn fitting(line: &str, place: [&str; 4]) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let fields = split(line);
    let (password, pattern) = fields.split_last()?;
    let fits = pattern.len() == place.len()
        && pattern
            .iter()
            .zip(place)
            .all(|(wanted, is)| wanted == "*" || wanted == is);
    fits.then(|| password.clone())
}

/// Fields between colons; a backslash takes the next character as it is.
fn split(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut rest = line.chars();
    while let Some(character) = rest.next() {
        match character {
            ':' => fields.push(String::new()),
            _ => {
                let taken = if character == '\\' {
                    rest.next()
                } else {
                    Some(character)
                };
                if let Some(field) = fields.last_mut() {
                    field.extend(taken);
                }
            }
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<&str>) {
        let found = fitting(line, ["db.example", "5432", "stoa", "stoa_app"]);
        assert_eq!(found.as_deref(), expected, "{line}");
    }

    #[test]
    fn the_line_that_fits_is_taken() {
        check("db.example:5432:stoa:stoa_app:hush", Some("hush"));
        check("*:*:*:stoa_app:hush", Some("hush"));
        check(r"*:*:*:*:a\:b\\c", Some(r"a:b\c"));
        check("db.example:5433:stoa:stoa_app:hush", None);
        check("*:*:*:stoa_owner:hush", None);
        check("# *:*:*:*:hush", None);
        check("*:*:*:hush", None);
        check("", None);
    }
}
