//! Takes a registered SQL text apart: plain text, arguments, lists, optional parts and alternatives.

/// A piece of a registered text. Arguments count from zero.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Plain(String),
    Argument(usize),
    List(usize),
    Optional(Vec<Part>),
    /// An argument that says which of the alternatives runs.
    Choice(usize, Vec<Vec<Part>>),
    /// A trailing `FOR UPDATE`.
    Lock,
}

const LOCK: &str = " FOR UPDATE";

pub(crate) fn parse(text: &str) -> Vec<Part> {
    let (body, locked) = match text.strip_suffix(LOCK) {
        Some(body) => (body, true),
        None => (text, false),
    };
    let mut parts = parse_parts(&mut Scanner { rest: body }, false).0;
    if locked {
        parts.push(Part::Lock);
    }
    parts
}

/// The highest argument that a text names, plus one.
pub(crate) fn arity(parts: &[Part]) -> usize {
    parts
        .iter()
        .map(|part| match part {
            Part::Plain(_) | Part::Lock => 0,
            Part::Argument(index) | Part::List(index) => index + 1,
            Part::Optional(inner) => arity(inner),
            Part::Choice(index, alternatives) => alternatives
                .iter()
                .map(|alternative| arity(alternative))
                .fold(index + 1, usize::max),
        })
        .max()
        .unwrap_or(0)
}

struct Scanner<'t> {
    rest: &'t str,
}

/// Reads up to the end of the text, of the braces it stands in or, there, of the alternative; says which it was.
fn parse_parts(scanner: &mut Scanner<'_>, is_alternative: bool) -> (Vec<Part>, Option<char>) {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut end = None;
    while let Some(next) = scanner.take() {
        let part = match next {
            '|' if is_alternative && scanner.skip('|') => {
                plain.push_str("||");
                continue;
            }
            '|' if is_alternative => {
                end = Some(next);
                break;
            }
            '}' => {
                end = Some(next);
                break;
            }
            '\'' => {
                plain.push('\'');
                plain.push_str(scanner.quoted());
                continue;
            }
            '{' => match scanner.choice() {
                Some(index) => Part::Choice(index, parse_alternatives(scanner)),
                None => Part::Optional(parse_parts(scanner, false).0),
            },
            '$' => scanner.argument(),
            other => {
                plain.push(other);
                continue;
            }
        };
        if !plain.is_empty() {
            parts.push(Part::Plain(std::mem::take(&mut plain)));
        }
        parts.push(part);
    }
    if !plain.is_empty() {
        parts.push(Part::Plain(plain));
    }
    (parts, end)
}

fn parse_alternatives(scanner: &mut Scanner<'_>) -> Vec<Vec<Part>> {
    let mut alternatives = Vec::new();
    loop {
        let (alternative, end) = parse_parts(scanner, true);
        alternatives.push(alternative);
        if end != Some('|') {
            return alternatives;
        }
    }
}

impl<'t> Scanner<'t> {
    fn take(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    fn skip(&mut self, letter: char) -> bool {
        let rest = self.rest.strip_prefix(letter);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The argument that chooses among alternatives, when such begin here: `$3:`.
    fn choice(&mut self) -> Option<usize> {
        let (number, rest) = self.rest.strip_prefix('$')?.split_once(':')?;
        let index = number.parse::<usize>().ok()?.checked_sub(1)?;
        self.rest = rest;
        Some(index)
    }

    /// The rest of a quoted literal, its closing quote included. A doubled quote reads as two literals.
    fn quoted(&mut self) -> &'t str {
        let end = self.rest.find('\'').map_or(self.rest.len(), |at| at + 1);
        let (literal, rest) = self.rest.split_at(end);
        self.rest = rest;
        literal
    }

    /// The number behind a `$`; text that is wrong here fails when the text is prepared.
    fn argument(&mut self) -> Part {
        let digits = self
            .rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest;
        let Some(index) = number
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_sub(1))
        else {
            return Part::Plain(format!("${number}"));
        };
        match self.rest.strip_prefix('…') {
            Some(rest) => {
                self.rest = rest;
                Part::List(index)
            }
            None => Part::Argument(index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[Part]) {
        assert_eq!(parse(text), expected);
    }

    fn plain(text: &str) -> Part {
        Part::Plain(text.to_owned())
    }

    #[test]
    fn takes_texts_apart() {
        check("SELECT 1", &[plain("SELECT 1")]);
        check(
            "a = $1 AND b = $12",
            &[
                plain("a = "),
                Part::Argument(0),
                plain(" AND b = "),
                Part::Argument(11),
            ],
        );
        check("id IN ($1…)", &[plain("id IN ("), Part::List(0), plain(")")]);
        check(
            "x{ AND y = $2} z",
            &[
                plain("x"),
                Part::Optional(vec![plain(" AND y = "), Part::Argument(1)]),
                plain(" z"),
            ],
        );
        check(
            "x{ AND {$1: a || $2 | b}}",
            &[
                plain("x"),
                Part::Optional(vec![
                    plain(" AND "),
                    Part::Choice(
                        0,
                        vec![
                            vec![plain(" a || "), Part::Argument(1), plain(" ")],
                            vec![plain(" b")],
                        ],
                    ),
                ]),
            ],
        );
        check("a = '{$1}' FOR UPDATE", &[plain("a = '{$1}'"), Part::Lock]);
    }

    #[test]
    fn counts_arguments() {
        assert_eq!(arity(&parse("a = $1{ AND b = $3} AND c = $2")), 3);
        assert_eq!(arity(&parse("SELECT 1")), 0);
        assert_eq!(arity(&parse("a{$2: b | c = $1}")), 2);
        assert_eq!(arity(&parse("a{$1: b | c = $2}")), 2);
    }
}
