//! The rules about people: what a password must be, what a role may do, who may change whom.

pub(crate) mod api_key;
pub(crate) mod membership;
pub(crate) mod password;
pub(crate) mod session;
pub(crate) mod user;
