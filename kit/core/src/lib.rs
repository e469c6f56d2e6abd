//! Ids, time, money, parsed text, error kinds and access types: the vocabulary of Stoa, without I/O.
#![doc = include_str!("../README.md")]

mod access;
mod error;
mod id;
mod money;
mod recent;
mod secret;
mod text;
mod time;

pub use access::{Actor, Feature, FeatureSet, Permission, Role};
pub use error::{ErrorKind, Failure, FieldError, FieldErrors, Values};
pub use id::{ApiKeyId, Id, MembershipId, SessionId, SiteId, TenantId, UserId, id_prefix};
pub use money::{Currency, Money};
pub use recent::{Question, Recall, Recent};
pub use secret::Token;
pub use text::{Email, Phone, Prose, Sku, Slug, Text, TextError, optional, slugify};
pub use time::{Clock, ManualClock, Timestamp};
