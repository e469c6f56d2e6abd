//! What one may be allowed to do with the business itself.

stoa_core::permissions! {
    /// See the business's profile.
    pub ProfileRead = "profile.read";
    /// Change the business's profile.
    pub ProfileWrite = "profile.write";
    /// See which features the business has.
    pub FeaturesRead = "features.read";
}
