//! Arguments of a statement, in the few shapes that both engines store.

use serde_json::Value as Json;
use stoa_core::{Currency, Email, FeatureSet, Id, Phone, Prose, Sku, Slug, Text, Timestamp};
use uuid::Uuid;

/// One argument. Made by `into()` from the types that statements take.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Value {
    /// Leaves out the optional part that names it.
    Absent,
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    Uuid(Uuid),
    Time(Timestamp),
    Json(Json),
    Bytes(Vec<u8>),
    /// The members of an `IN (…)`.
    List(Vec<Value>),
    /// Which of several alternatives in the text runs.
    Choice(usize),
}

/// The arguments of one row: `args![id, quantity]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::Value::from($value)),*] };
}

macro_rules! from {
    ($($source:ty => |$value:ident| $made:expr;)*) => {
        $(impl From<$source> for Value {
            fn from($value: $source) -> Self { $made }
        })*
    };
}

from! {
    bool => |value| Self::Bool(value);
    i64 => |value| Self::Int(value);
    i32 => |value| Self::Int(value.into());
    u32 => |value| Self::Int(value.into());
    String => |value| Self::Text(value);
    &String => |value| Self::Text(value.clone());
    &str => |value| Self::Text(value.to_owned());
    Uuid => |value| Self::Uuid(value);
    Timestamp => |value| Self::Time(value);
    Json => |value| Self::Json(value);
    &Json => |value| Self::Json(value.clone());
    Vec<u8> => |value| Self::Bytes(value);
    &[u8] => |value| Self::Bytes(value.to_vec());
    [u8; 32] => |value| Self::Bytes(value.to_vec());
    &Slug => |value| Self::Text(value.as_str().to_owned());
    &Email => |value| Self::Text(value.as_str().to_owned());
    &Sku => |value| Self::Text(value.as_str().to_owned());
    &Phone => |value| Self::Text(value.as_str().to_owned());
    Currency => |value| Self::Text(value.code().to_owned());
    &FeatureSet => |value| Self::Json(value.iter().map(|feature| feature.key()).collect());
}

impl<const MAX: usize> From<&Text<MAX>> for Value {
    fn from(value: &Text<MAX>) -> Self {
        Self::Text(value.as_str().to_owned())
    }
}

impl<const MAX: usize> From<&Prose<MAX>> for Value {
    fn from(value: &Prose<MAX>) -> Self {
        Self::Text(value.as_str().to_owned())
    }
}

impl<const PREFIX: u32> From<Id<PREFIX>> for Value {
    fn from(value: Id<PREFIX>) -> Self {
        Self::Uuid(value.uuid())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
