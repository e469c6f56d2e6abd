//! A budget's size as operators write it: `10/m`, or `10/m:30` when 30 may come at once.

use std::{fmt, num::NonZeroU32, str::FromStr};

use governor::Quota;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// So many in a period, and so many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    count: NonZeroU32,
    period: Period,
    burst: NonZeroU32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Period {
    Second,
    Minute,
    Hour,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rate is a number per second, minute or hour such as 50/s, or 10/m:30 when 30 may come at once")]
pub struct RateError;

impl Rate {
    pub(super) const fn per_second(count: u32, burst: u32) -> Self {
        Self::new(count, Period::Second, burst)
    }

    pub(super) const fn per_minute(count: u32, burst: u32) -> Self {
        Self::new(count, Period::Minute, burst)
    }

    pub(super) const fn per_hour(count: u32, burst: u32) -> Self {
        Self::new(count, Period::Hour, burst)
    }

    const fn new(count: u32, period: Period, burst: u32) -> Self {
        Self {
            count: at_least_one(count),
            period,
            burst: at_least_one(burst),
        }
    }

    pub(super) fn quota(self) -> Quota {
        let quota = match self.period {
            Period::Second => Quota::per_second(self.count),
            Period::Minute => Quota::per_minute(self.count),
            Period::Hour => Quota::per_hour(self.count),
        };
        quota.allow_burst(self.burst)
    }
}

const fn at_least_one(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let (rate, burst) = match text.split_once(':') {
            Some((rate, burst)) => (rate, Some(burst)),
            None => (text, None),
        };
        let (count, period) = rate.split_once('/').ok_or(RateError)?;
        let number = |text: &str| text.trim().parse::<NonZeroU32>().map_err(|_| RateError);
        let period = match period.trim() {
            "s" => Period::Second,
            "m" => Period::Minute,
            "h" => Period::Hour,
            _ => return Err(RateError),
        };
        let count = number(count)?;
        Ok(Self {
            count,
            period,
            burst: burst.map_or(Ok(count), number)?,
        })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let period = match self.period {
            Period::Second => 's',
            Period::Minute => 'm',
            Period::Hour => 'h',
        };
        write!(f, "{}/{period}:{}", self.count, self.burst)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let rate = text.parse::<Rate>().ok().map(|rate| rate.to_string());
        assert_eq!(rate.as_deref(), expected, "{text:?}");
    }

    #[test]
    fn rates_are_read() {
        check("50/s", Some("50/s:50"));
        check("10/m:30", Some("10/m:30"));
        check(" 20 / h : 5 ", Some("20/h:5"));
        for text in [
            "",
            "50",
            "0/s",
            "-1/s",
            "50/d",
            "50/s:0",
            "50/s:",
            "/s",
            "1.5/s",
            "99999999999/s",
        ] {
            check(text, None);
        }
    }
}
