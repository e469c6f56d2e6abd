//! What one may be allowed to see of what happens in the business.

stoa_core::permissions! {
    /// Read the business's audit log, as a list and live.
    pub JournalRead = "journal.read";
    /// See the business's jobs.
    pub JobsRead = "jobs.read";
    /// Have dead jobs tried again.
    pub JobsWrite = "jobs.write";
}
