//! The rules about businesses: what they may be called, what kinds there are, how they come to be.

pub(crate) mod features;
pub(crate) mod kind;
pub(crate) mod locale;
pub(crate) mod slug;
pub(crate) mod status;
pub(crate) mod tenant;
