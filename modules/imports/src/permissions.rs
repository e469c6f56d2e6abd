//! What members of a business may be allowed to do here. A kind of import asks for its own permission besides.

stoa_core::permissions! {
    /// Sees imports, what they refused, and the rows that they refused.
    pub ImportsRead = "imports.read";
    /// Sends files to be imported, and cancels imports.
    pub ImportsWrite = "imports.write";
}
