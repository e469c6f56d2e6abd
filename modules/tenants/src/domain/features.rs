//! Which parts of the platform are switched on and off.

use stoa_core::{FeatureSet, TextError};

/// What is to be on, and what off. All else stays as it is.
#[derive(Debug, Clone, Default)]
pub struct FeatureChange {
    on: FeatureSet,
    off: FeatureSet,
}

impl FeatureChange {
    /// Refuses a feature that is to be both.
    pub fn new(on: FeatureSet, off: FeatureSet) -> Result<Self, TextError> {
        let both = on.iter().find(|feature| off.contains(*feature));
        match both {
            None => Ok(Self { on, off }),
            Some(both) => Err(TextError {
                code: "feature.contradiction",
                detail: format!("{both} cannot be switched on and off at once"),
            }),
        }
    }

    pub(crate) fn on(&self) -> &FeatureSet {
        &self.on
    }

    pub(crate) fn applied_to(&self, features: &FeatureSet) -> FeatureSet {
        features.without(&self.off).with(&self.on)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails where its values are wrong")]

    use stoa_core::Feature::{Ai, Cms, Ecommerce};

    use super::*;

    #[test]
    fn what_is_not_named_stays() {
        let set = |features: &[_]| features.iter().copied().collect::<FeatureSet>();
        let change = FeatureChange::new(set(&[Ecommerce]), set(&[Cms])).unwrap();
        assert_eq!(change.applied_to(&set(&[Ai, Cms])), set(&[Ai, Ecommerce]));
        assert_eq!(change.applied_to(&set(&[Ecommerce])), set(&[Ecommerce]));
        let both = FeatureChange::new(set(&[Ai, Cms]), set(&[Cms])).unwrap_err();
        assert!(both.detail.contains("cms"), "{both}");
    }
}
