//! What is measured by itself rather than against a floor: figures with what is to be reached, and how they grow.

use std::{fmt, time::Duration};

use crate::spans::shown;

/// Figures in the order they were taken.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) lines: Vec<Figure>,
}

#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) id: &'static str,
    pub(crate) what: String,
    pub(crate) value: String,
    /// Empty where nothing is demanded.
    pub(crate) reach: &'static str,
}

/// How some things grow with one size.
#[derive(Debug)]
pub(crate) struct Growth {
    pub(crate) by: &'static str,
    pub(crate) sizes: Vec<u32>,
    pub(crate) rows: Vec<Row>,
}

/// One thing at each size.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) values: Vec<Quantity>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Quantity {
    Span(Duration),
    PerSecond(f64),
}

impl Figures {
    pub(crate) fn note(
        &mut self,
        id: &'static str,
        what: impl Into<String>,
        value: String,
        reach: &'static str,
    ) {
        let what = what.into();
        println!("{id}: {what}: {value}");
        self.lines.push(Figure {
            id,
            what,
            value,
            reach,
        });
    }
}

impl Growth {
    pub(crate) fn new(by: &'static str, sizes: &[u32]) -> Self {
        Self {
            by,
            sizes: sizes.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Notes the next size's value.
    pub(crate) fn note(&mut self, what: &'static str, value: Quantity) {
        println!("{}: {what}: {value}", self.by);
        match self.rows.iter_mut().find(|row| row.what == what) {
            Some(row) => row.values.push(value),
            None => self.rows.push(Row {
                what,
                values: vec![value],
            }),
        }
    }
}

impl Row {
    /// How many times as long it takes at the largest size as at the smallest.
    pub(crate) fn factor(&self) -> f64 {
        match (self.values.first(), self.values.last()) {
            (Some(first), Some(last)) => last.seconds() / first.seconds(),
            _ => f64::NAN,
        }
    }
}

impl Quantity {
    fn seconds(self) -> f64 {
        match self {
            Self::Span(span) => span.as_secs_f64(),
            Self::PerSecond(rate) => rate.recip(),
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span(span) => f.write_str(&shown(*span)),
            Self::PerSecond(rate) => write!(f, "{rate:.0}/s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Growth, Quantity};

    #[test]
    fn half_the_rate_is_twice_the_time() {
        let mut growth = Growth::new("products", &[1, 2]);
        growth.note("read", Quantity::PerSecond(100.0));
        growth.note("read", Quantity::PerSecond(50.0));
        growth.note("open", Quantity::Span(Duration::from_millis(2)));
        growth.note("open", Quantity::Span(Duration::from_millis(2)));
        let factors: Vec<f64> = growth.rows.iter().map(super::Row::factor).collect();
        assert!(
            matches!(factors[..], [read, open] if (read - 2.0).abs() < 1e-9 && (open - 1.0).abs() < 1e-9)
        );
    }
}
