//! Instants in whole microseconds, and the clock they are read from.

use std::{
    borrow::Cow,
    fmt,
    str::FromStr,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

use crate::TextError;

/// An instant: whole microseconds since 1970-01-01 UTC, which both engines store exactly. Its text is RFC 3339.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1000))
    }

    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }

    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros(duration)))
    }

    /// How long after `earlier` this is; zero when it is not.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(instant) => write!(f, "{instant:.6}"),
            Err(_) => write!(f, "{}µs", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        text.parse::<jiff::Timestamp>()
            .map(|instant| Self(instant.as_microsecond()))
            .map_err(|_| TextError {
                code: "time.invalid",
                detail: "must be an RFC 3339 instant such as 2026-11-21T09:30:00Z".to_owned(),
            })
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse()
            .map_err(|error: TextError| de::Error::custom(error.detail))
    }
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .examples(["2026-11-21T09:30:00.000000Z"])
            .into()
    }
}

impl ToSchema for Timestamp {}

/// Where the time comes from: the system, or a test's hand.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    #[default]
    System,
    Manual(ManualClock),
}

/// A clock that is advanced by hand. Each reading moves it a microsecond, so that no two instants are the same.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl Clock {
    #[must_use]
    pub fn manual(start: Timestamp) -> (Self, ManualClock) {
        let clock = ManualClock(Arc::new(AtomicI64::new(start.as_micros())));
        (Self::Manual(clock.clone()), clock)
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp(jiff::Timestamp::now().as_microsecond()),
            Self::Manual(clock) => Timestamp(clock.0.fetch_add(1, Ordering::SeqCst)),
        }
    }

    /// How far time has come since some moment. Unlike `now` it never goes back, whoever sets the system's clock.
    #[must_use]
    pub fn steady(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        match self {
            Self::System => START.elapsed(),
            Self::Manual(clock) => {
                let micros = clock.0.load(Ordering::SeqCst);
                Duration::from_micros(u64::try_from(micros).unwrap_or(0))
            }
        }
    }
}

impl ManualClock {
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(micros(by), Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, micros: i64, shown: &str) {
        let instant = Timestamp::from_micros(micros);
        assert_eq!(text.parse(), Ok(instant));
        assert_eq!(instant.to_string(), shown);
        assert_eq!(
            serde_json::from_str::<Timestamp>(&format!("\"{shown}\"")).ok(),
            Some(instant)
        );
    }

    #[test]
    fn reads_rfc_3339_and_writes_microseconds() {
        check("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000000Z");
        check(
            "1970-01-01T06:00:00.5+06:00",
            500_000,
            "1970-01-01T00:00:00.500000Z",
        );
        check("1970-01-01T00:00:00.0000019Z", 1, "1970-01-01T00:00:00.000001Z");
        check("1969-12-31T23:59:59.999999Z", -1, "1969-12-31T23:59:59.999999Z");
    }

    #[test]
    fn refuses_what_names_no_instant() {
        for text in [
            "",
            "2026-11-21",
            "2026-11-21T09:30:00",
            "2026-02-30T00:00:00Z",
            "0",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn counts_without_wrapping() {
        let (early, late) = (Timestamp::from_micros(1), Timestamp::from_millis(1));
        assert_eq!(late.since(early), Duration::from_micros(999));
        assert_eq!(early.since(late), Duration::ZERO);
        assert_eq!(early.plus(Duration::from_micros(999)), late);
        assert_eq!(late.minus(Duration::from_micros(999)), early);
        assert_eq!(early.plus(Duration::MAX).as_micros(), i64::MAX);
        assert_eq!(Timestamp::from_millis(i64::MAX).as_micros(), i64::MAX);
    }

    #[test]
    fn a_manual_clock_moves_by_hand_and_a_microsecond_at_each_reading() {
        let start = Timestamp::from_millis(5);
        let (clock, hand) = Clock::manual(start);
        let copy = clock.clone();
        assert_eq!(copy.now(), start);
        hand.advance(Duration::from_millis(2));
        assert_eq!(copy.now(), start.plus(Duration::from_micros(2001)));
        assert_eq!(clock.now(), start.plus(Duration::from_micros(2002)));
    }
}
