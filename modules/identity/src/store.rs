//! The SQL of people. Rows of one user or one tenant are reached only by statements that name that user or tenant.

pub(crate) mod api_keys;
pub(crate) mod memberships;
pub(crate) mod sessions;
pub(crate) mod users;
