//! What the module answers over HTTP, one file per resource.

pub(crate) mod bootstrap;
pub(crate) mod features;
pub(crate) mod profile;
pub(crate) mod signup;
