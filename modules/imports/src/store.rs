//! SQL and nothing else.

pub(crate) mod chunks;
pub(crate) mod imports;
pub(crate) mod rejects;
