//! What one may be allowed to do with websites.

stoa_core::permissions! {
    /// See the websites and how they are set up.
    pub SitesRead = "sites.read";
    /// Change a website's name, tagline, language and time zone.
    pub SitesWrite = "sites.write";
}
