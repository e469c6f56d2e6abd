//! What can be done with people, one use case per file.

pub(crate) mod add_membership;
pub(crate) mod change_role;
pub(crate) mod create_api_key;
pub(crate) mod create_user;
pub(crate) mod elect;
pub(crate) mod end_session;
pub(crate) mod grant_tokens;
pub(crate) mod log_in;
pub(crate) mod remove_member;
pub(crate) mod set_password;
pub(crate) mod start_session;
