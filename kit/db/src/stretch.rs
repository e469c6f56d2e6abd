//! Which stretch of a list a statement reads: in which of its orders, after what, and how much.

use serde::{Deserialize, Serialize};
use stoa_core::Timestamp;

use crate::Value;

/// A stretch of a list. `K` is what the list is sorted by, unique in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch<K> {
    /// Which of the alternatives that the statement has.
    pub order: usize,
    /// The item before it.
    pub after: Option<K>,
    pub limit: i64,
}

impl<K> Stretch<K> {
    /// The beginning of a list, in the order that it has when nobody asks for one.
    #[must_use]
    pub const fn first(limit: i64) -> Self {
        Self {
            order: 0,
            after: None,
            limit,
        }
    }
}

/// A value that a list may be sorted by, where that is a caller's choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SortKey {
    #[serde(rename = "t")]
    Time(Timestamp),
    #[serde(rename = "n")]
    Number(i64),
    #[serde(rename = "s")]
    Text(String),
}

impl From<Timestamp> for SortKey {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

impl From<i64> for SortKey {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<String> for SortKey {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&SortKey> for Value {
    fn from(key: &SortKey) -> Self {
        match key {
            SortKey::Time(time) => Self::Time(*time),
            SortKey::Number(number) => Self::Int(*number),
            SortKey::Text(text) => Self::Text(text.clone()),
        }
    }
}
