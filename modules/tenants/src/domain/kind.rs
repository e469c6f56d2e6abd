//! What a business starts with.

use stoa_core::{Feature, FeatureSet};
use stoa_sites::SiteKind;

/// The kind of a business is the kind of its first website.
pub type TenantKind = SiteKind;

pub(crate) fn features_of(kind: TenantKind) -> FeatureSet {
    let features: &[Feature] = match kind {
        SiteKind::Store => &[Feature::Cms, Feature::Ecommerce],
        SiteKind::Content => &[Feature::Cms],
        SiteKind::Clinic => &[Feature::Cms, Feature::Booking],
        SiteKind::Event => &[Feature::Cms, Feature::Events],
    };
    features.iter().copied().collect()
}
