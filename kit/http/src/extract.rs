//! What handlers take from a request.

mod body;
mod parameters;
mod scope;
mod visitor;

pub use body::{Form, Json};
pub use parameters::{Path, Query};
pub use scope::{SESSION_COOKIE, Scope, SignedIn, cookie};
pub use visitor::Visitor;
