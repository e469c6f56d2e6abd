//! What the module answers over HTTP, one file per resource.

pub(crate) mod api_keys;
pub(crate) mod auth;
pub(crate) mod device;
pub(crate) mod members;
pub(crate) mod session_view;
pub(crate) mod sessions;
pub(crate) mod tokens;
pub(crate) mod user_agent;
pub(crate) mod views;
pub(crate) mod with_session;
