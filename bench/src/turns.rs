//! Measures two things in turns: whatever else the machine does meanwhile hits both.

use std::time::Duration;

use anyhow::Result;

/// How long each turn is and how many there are of each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turns {
    pub(crate) length: Duration,
    pub(crate) rounds: u32,
}

/// One turn: what was done per second, and how long the slowest hundredth took when that is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    pub(crate) rate: f64,
    pub(crate) p99: Option<Duration>,
}

/// All turns of one thing.
#[derive(Debug, Default)]
pub(crate) struct Series(Vec<Turn>);

/// Both things, measured in the same run.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) ours: Series,
    pub(crate) floor: Series,
}

impl Turn {
    /// So much done in so long.
    pub(crate) fn of(count: u32, took: Duration) -> Self {
        Self {
            rate: f64::from(count) / took.as_secs_f64(),
            p99: None,
        }
    }
}

impl Series {
    pub(crate) fn median(&self) -> f64 {
        middle(self.0.iter().map(|turn| turn.rate).collect())
    }

    pub(crate) fn median_p99(&self) -> Option<Duration> {
        let known: Vec<f64> = self
            .0
            .iter()
            .filter_map(|turn| turn.p99)
            .map(|p99| p99.as_secs_f64())
            .collect();
        (!known.is_empty()).then(|| Duration::from_secs_f64(middle(known)))
    }

    pub(crate) fn rates(&self) -> impl Iterator<Item = f64> {
        self.0.iter().map(|turn| turn.rate)
    }
}

impl Comparison {
    pub(crate) fn ratio(&self) -> f64 {
        self.ours.median() / self.floor.median()
    }
}

impl Turns {
    /// Warms both up, then lets them take turns.
    pub(crate) fn compare(
        self,
        name: &str,
        mut ours: impl FnMut(Duration) -> Result<Turn>,
        mut floor: impl FnMut(Duration) -> Result<Turn>,
    ) -> Result<Comparison> {
        let mut measured = self
            .in_turns(
                2,
                |side, length| if side == 0 { ours(length) } else { floor(length) },
            )?
            .into_iter();
        let both = Comparison {
            ours: measured.next().unwrap_or_default(),
            floor: measured.next().unwrap_or_default(),
        };
        println!(
            "{name}: {:.0}/s, floor {:.0}/s, ratio {:.2}",
            both.ours.median(),
            both.floor.median(),
            both.ratio()
        );
        Ok(both)
    }

    /// Lets so many things take turns after a warm-up of each; who begins changes each round.
    pub(crate) fn in_turns(
        self,
        sides: usize,
        mut measure: impl FnMut(usize, Duration) -> Result<Turn>,
    ) -> Result<Vec<Series>> {
        let mut order: Vec<usize> = (0..sides).collect();
        let mut measured: Vec<Series> = order.iter().map(|_| Series::default()).collect();
        for side in &order {
            measure(*side, self.length / 4)?;
        }
        for _ in 0..self.rounds {
            for side in &order {
                if let Some(series) = measured.get_mut(*side) {
                    series.0.push(measure(*side, self.length)?);
                }
            }
            order.reverse();
        }
        Ok(measured)
    }
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    let upper = values.get(half).copied().unwrap_or(f64::NAN);
    if values.len() % 2 == 1 {
        return upper;
    }
    let lower = half
        .checked_sub(1)
        .and_then(|at| values.get(at))
        .copied()
        .unwrap_or(f64::NAN);
    f64::midpoint(lower, upper)
}

#[cfg(test)]
mod tests {
    use super::middle;

    #[test]
    fn the_middle_of_few() {
        assert!((middle(vec![3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((middle(vec![4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
        assert!(middle(Vec::new()).is_nan());
    }
}
