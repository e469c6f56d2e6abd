//! What can be done with websites, one use case per file.

pub(crate) mod change_site;
pub(crate) mod create_site;
