//! Who and what a handler gets from a request, each refused with the one right answer.

mod allowance;
mod body;
mod credential;
mod form;
mod json;
mod origin;
mod parts;
mod platform_host;
mod scope;
mod signed_in;
mod upload;
mod visitor;

pub(crate) use body::{BODY_LIMIT, too_large};
pub(crate) use credential::{Caller, authenticate, identify};

pub use allowance::Allowance;
pub(crate) use json::{json_body, parse as parse_json};
pub(crate) use scope::permissions;
pub(crate) use upload::is_multipart;

pub use credential::API_KEY_PREFIX;
pub use form::Form;
pub use json::Json;
pub use parts::{Path, Query};
pub use platform_host::PlatformHost;
pub use scope::Scope;
pub use signed_in::{OwnSession, SignedIn};
pub use upload::{Upload, UploadField, UploadFields};
pub use visitor::Visitor;
