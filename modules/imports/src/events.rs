//! What imports tell the journal. What they made and changed is told by the module that it belongs to.

use serde::Serialize;
use stoa_db::Event;

use crate::domain::{Counts, Import, ImportId, State};

#[derive(Debug, Serialize)]
pub(crate) struct ImportReceived {
    pub(crate) import: ImportId,
    pub(crate) kind: String,
    pub(crate) format: String,
    pub(crate) size: i64,
}

/// Read to its end, or given up.
#[derive(Debug, Serialize)]
pub(crate) struct ImportFinished {
    pub(crate) import: ImportId,
    pub(crate) state: State,
    pub(crate) counts: Counts,
}

#[derive(Debug, Serialize)]
pub(crate) struct ImportCancelled {
    pub(crate) import: ImportId,
}

/// With what was told of it. What it made is another module's, and stays.
#[derive(Debug, Serialize)]
pub(crate) struct ImportDeleted {
    pub(crate) import: ImportId,
}

impl From<&Import> for ImportReceived {
    fn from(import: &Import) -> Self {
        Self {
            import: import.id,
            kind: import.kind.clone(),
            format: import.format.clone(),
            size: import.size,
        }
    }
}

impl Event for ImportReceived {
    const KIND: &'static str = "import.received";

    fn subject(&self) -> String {
        self.import.to_string()
    }
}

impl Event for ImportFinished {
    const KIND: &'static str = "import.finished";

    fn subject(&self) -> String {
        self.import.to_string()
    }
}

impl Event for ImportCancelled {
    const KIND: &'static str = "import.cancelled";

    fn subject(&self) -> String {
        self.import.to_string()
    }
}

impl Event for ImportDeleted {
    const KIND: &'static str = "import.deleted";

    fn subject(&self) -> String {
        self.import.to_string()
    }
}
