//! What the module answers over HTTP, one file per resource.

pub(crate) mod events;
pub(crate) mod jobs;
pub(crate) mod journal;
