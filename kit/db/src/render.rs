//! Makes the text and the arguments that one engine runs from a registered text and what was bound to it.

use std::fmt::Write as _;

use crate::{Value, parse::Part};

/// Which engine a text is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// A text ready to be prepared, and its arguments in order.
#[derive(Debug, PartialEq)]
pub(crate) struct Rendered {
    pub(crate) text: String,
    pub(crate) args: Vec<Value>,
}

pub(crate) fn render(parts: &[Part], bound: Vec<Value>, dialect: Dialect) -> Rendered {
    let mut renderer = Renderer {
        dialect,
        numbers: vec![None; bound.len()],
        text: String::with_capacity(length(parts) + 4 * bound.len()),
        args: Vec::with_capacity(bound.len()),
        bound,
    };
    renderer.parts(parts);
    Rendered {
        text: renderer.text,
        args: renderer.args,
    }
}

/// How long a text is at most, but for its arguments.
fn length(parts: &[Part]) -> usize {
    let lengths = parts.iter().map(|part| match part {
        Part::Plain(text) => text.len(),
        Part::Optional(inner) => length(inner),
        Part::Choice(_, alternatives) => alternatives.iter().map(|inner| length(inner)).max().unwrap_or(0),
        Part::Argument(_) | Part::List(_) | Part::Lock => 0,
    });
    lengths.sum()
}

struct Renderer {
    dialect: Dialect,
    bound: Vec<Value>,
    /// The number given to an argument when it was first met.
    numbers: Vec<Option<usize>>,
    text: String,
    args: Vec<Value>,
}

impl Renderer {
    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Plain(text) => self.text.push_str(text),
                Part::Argument(index) => self.argument(*index),
                Part::List(index) => self.list(*index),
                Part::Optional(inner) if self.is_absent(inner) => {}
                Part::Optional(inner) => self.parts(inner),
                Part::Choice(index, alternatives) => self.chosen(*index, alternatives),
                Part::Lock if self.dialect == Dialect::Postgres => self.text.push_str(" FOR UPDATE"),
                Part::Lock => {}
            }
        }
    }

    fn is_absent(&self, parts: &[Part]) -> bool {
        parts.iter().any(|part| match part {
            Part::Argument(index) | Part::List(index) => {
                matches!(self.bound.get(*index), Some(Value::Absent) | None)
            }
            Part::Choice(_, alternatives) => alternatives.iter().any(|inner| self.is_absent(inner)),
            _ => false,
        })
    }

    /// What was not chosen rightly leaves a gap, which fails when the text is prepared.
    fn chosen(&mut self, index: usize, alternatives: &[Vec<Part>]) {
        if let Some(Value::Choice(chosen)) = self.bound.get(index)
            && let Some(inner) = alternatives.get(*chosen)
        {
            self.parts(inner);
        }
    }

    fn argument(&mut self, index: usize) {
        let number = match self.numbers.get(index).copied().flatten() {
            Some(number) => number,
            None => {
                let value = self.bound.get_mut(index).map_or(Value::Null, std::mem::take);
                let number = self.push(value);
                if let Some(slot) = self.numbers.get_mut(index) {
                    *slot = Some(number);
                }
                number
            }
        };
        self.placeholder(number);
    }

    /// Writes a list in one of few sizes, filled up with its last member, so that few texts are prepared.
    fn list(&mut self, index: usize) {
        let Some(Value::List(mut members)) = self.bound.get_mut(index).map(std::mem::take) else {
            return self.text.push_str("NULL");
        };
        let Some(last) = members.last().cloned() else {
            return self.text.push_str("NULL");
        };
        members.resize(members.len().next_power_of_two(), last);
        for (position, member) in members.into_iter().enumerate() {
            if position > 0 {
                self.text.push_str(", ");
            }
            let number = self.push(member);
            self.placeholder(number);
        }
    }

    fn push(&mut self, value: Value) -> usize {
        self.args.push(value);
        self.args.len()
    }

    fn placeholder(&mut self, number: usize) {
        let mark = match self.dialect {
            Dialect::Sqlite => '?',
            Dialect::Postgres => '$',
        };
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{mark}{number}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{args, parse::parse};

    #[track_caller]
    fn check(text: &str, bound: Vec<Value>, sqlite: &str, args: Vec<Value>) {
        let rendered = render(&parse(text), bound, Dialect::Sqlite);
        assert_eq!(
            rendered,
            Rendered {
                text: sqlite.to_owned(),
                args
            }
        );
    }

    #[test]
    fn numbers_arguments_as_they_come() {
        check(
            "b = $2 AND a = $1 OR b = $2",
            args![1_i64, 2_i64],
            "b = ?1 AND a = ?2 OR b = ?1",
            args![2_i64, 1_i64],
        );
    }

    #[test]
    fn leaves_out_absent_parts() {
        let text = "x{ AND a = $1}{ AND b = $2} LIMIT $3";
        check(
            text,
            vec![Value::Absent, Value::Int(7), Value::Int(9)],
            "x AND b = ?1 LIMIT ?2",
            args![7_i64, 9_i64],
        );
    }

    #[test]
    fn takes_the_chosen_alternative() {
        let text = "WHERE 1 = 1{ AND {$1: (a, id) < ($2, $3) | (b, id) > ($2, $3)}} ORDER BY{$1: a DESC | b} LIMIT $4";
        let bound = |choice, after: Option<i64>| {
            let after = after.map_or(Value::Absent, Value::Int);
            vec![Value::Choice(choice), after.clone(), after, Value::Int(9)]
        };
        check(
            text,
            bound(0, Some(7)),
            "WHERE 1 = 1 AND  (a, id) < (?1, ?2)  ORDER BY a DESC  LIMIT ?3",
            args![7_i64, 7_i64, 9_i64],
        );
        check(
            text,
            bound(1, None),
            "WHERE 1 = 1 ORDER BY b LIMIT ?1",
            args![9_i64],
        );
        check(
            text,
            bound(2, None),
            "WHERE 1 = 1 ORDER BY LIMIT ?1",
            args![9_i64],
        );
    }

    #[test]
    fn pads_lists() {
        let three = Value::List(args![1_i64, 2_i64, 3_i64]);
        check(
            "id IN ($1…)",
            vec![three],
            "id IN (?1, ?2, ?3, ?4)",
            args![1_i64, 2_i64, 3_i64, 3_i64],
        );
        check("id IN ($1…)", vec![Value::List(vec![])], "id IN (NULL)", vec![]);
    }

    #[test]
    fn locks_on_postgres_only() {
        let parts = parse("SELECT 1 FOR UPDATE");
        assert_eq!(render(&parts, vec![], Dialect::Sqlite).text, "SELECT 1");
        assert_eq!(
            render(&parts, vec![], Dialect::Postgres).text,
            "SELECT 1 FOR UPDATE"
        );
    }
}
