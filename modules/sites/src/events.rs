//! What the journal learns about websites.

use serde::Serialize;
use stoa_core::SiteId;
use stoa_db::{Event, Raises};

#[derive(Debug, Serialize)]
pub(crate) struct SiteCreated {
    #[serde(skip)]
    pub(crate) site: SiteId,
    pub(crate) kind: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct SiteChanged {
    #[serde(skip)]
    pub(crate) site: SiteId,
    /// Which fields have another value now.
    pub(crate) fields: Vec<&'static str>,
}

impl Event for SiteCreated {
    const KIND: &'static str = "site.created";
    const RAISES: Raises = Raises::Content;

    fn subject(&self) -> String {
        self.site.to_string()
    }
}

impl Event for SiteChanged {
    const KIND: &'static str = "site.changed";
    const RAISES: Raises = Raises::Content;

    fn subject(&self) -> String {
        self.site.to_string()
    }
}
