//! Writes values into HTML. MiniJinja's own escaping also rewrites slashes, which serves old script contexts that a
//! theme must not have, and makes every address in a page longer and unreadable.

use minijinja::{AutoEscape, Error, Output, State, Value, escape_formatter};

/// The characters that end text or a quoted attribute (HTML Standard, 13.1.2.3).
const SPECIAL: [char; 5] = ['&', '<', '>', '"', '\''];

pub(super) fn write_value(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    match value.as_str() {
        Some(text) if *state.auto_escape() == AutoEscape::Html && !value.is_safe() => {
            write_escaped(out, text)
        }
        _ => escape_formatter(out, state, value),
    }
}

fn write_escaped(out: &mut Output<'_>, text: &str) -> Result<(), Error> {
    let mut rest = text;
    while let Some(at) = rest.find(SPECIAL) {
        let (plain, special) = rest.split_at(at);
        out.write_str(plain)?;
        let mut letters = special.chars();
        out.write_str(match letters.next() {
            Some('&') => "&amp;",
            Some('<') => "&lt;",
            Some('>') => "&gt;",
            Some('"') => "&quot;",
            _ => "&#39;",
        })?;
        rest = letters.as_str();
    }
    out.write_str(rest)?;
    Ok(())
}
