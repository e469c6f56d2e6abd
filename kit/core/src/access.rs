//! Who acts, and what they may do.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ApiKeyId, TextError, UserId};

/// A permission is a type, so that a route that asks for one cannot be written without it.
pub trait Permission: Send + Sync + 'static {
    /// `noun.verb`, such as `products.write`.
    const KEY: &'static str;
}

/// Declares a module's permissions: `permissions! { /// Sees products. pub ProductsRead = "products.read"; }`.
#[macro_export]
macro_rules! permissions {
    ($($(#[$doc:meta])* $visibility:vis $name:ident = $key:literal;)*) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        $visibility struct $name;

        impl $crate::Permission for $name {
            const KEY: &'static str = $key;
        })*

        /// Every permission of this module.
        pub const ALL: &[&str] = &[$($key),*];
    };
}

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    User(UserId),
    /// A program of a business.
    ApiKey(ApiKeyId),
    /// Somebody on a public page.
    Visitor,
    /// The operator, on the command line.
    Command,
    /// A job, on behalf of whoever wanted it done.
    Job,
    /// Stoa itself.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => write!(f, "user:{user}"),
            Self::ApiKey(key) => write!(f, "api_key:{key}"),
            Self::Visitor => f.write_str("visitor"),
            Self::Command => f.write_str("command"),
            Self::Job => f.write_str("job"),
            Self::System => f.write_str("system"),
        }
    }
}

macro_rules! keyed {
    ($kind:ident, $what:literal, $($name:ident = $key:literal),*) => {
        impl $kind {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key),* }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.key())
            }
        }

        impl FromStr for $kind {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                Self::ALL.iter().copied().find(|one| one.key() == text).ok_or_else(|| TextError {
                    code: concat!($what, ".unknown"),
                    detail: format!(concat!("must be one of ", "{}"), [$($key),*].join(", ")),
                })
            }
        }
    };
}

/// A part of the platform that a business has or has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    Cms,
    Ecommerce,
    Booking,
    Events,
    Messaging,
    Ai,
    Leads,
    Couriers,
    Analytics,
}

keyed!(
    Feature,
    "feature",
    Cms = "cms",
    Ecommerce = "ecommerce",
    Booking = "booking",
    Events = "events",
    Messaging = "messaging",
    Ai = "ai",
    Leads = "leads",
    Couriers = "couriers",
    Analytics = "analytics"
);

/// The features that are on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(from = "Vec<Feature>")]
pub struct FeatureSet(
    /// In order and each once, which `insert` counts on.
    Vec<Feature>,
);

impl FeatureSet {
    #[must_use]
    pub fn contains(&self, feature: Feature) -> bool {
        self.0.contains(&feature)
    }

    /// Whether all features of the other are in it.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.iter().all(|feature| self.contains(feature))
    }

    pub fn insert(&mut self, feature: Feature) {
        if let Err(at) = self.0.binary_search(&feature) {
            self.0.insert(at, feature);
        }
    }

    /// The features of both.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).collect()
    }

    /// The features that are not in the other.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        self.iter().filter(|feature| !other.contains(*feature)).collect()
    }

    pub fn iter(&self) -> impl Iterator<Item = Feature> + '_ {
        self.0.iter().copied()
    }
}

impl Extend<Feature> for FeatureSet {
    fn extend<I: IntoIterator<Item = Feature>>(&mut self, features: I) {
        features.into_iter().for_each(|feature| self.insert(feature));
    }
}

impl From<Vec<Feature>> for FeatureSet {
    fn from(features: Vec<Feature>) -> Self {
        features.into_iter().collect()
    }
}

impl FromIterator<Feature> for FeatureSet {
    fn from_iter<I: IntoIterator<Item = Feature>>(features: I) -> Self {
        let mut set = Self::default();
        set.extend(features);
        set
    }
}

/// A member's built-in role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Role {
    Staff,
    Admin,
    Owner,
}

keyed!(Role, "role", Staff = "STAFF", Admin = "ADMIN", Owner = "OWNER");

impl Role {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.key()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "a test fails where its values are wrong")]

    use serde::de::DeserializeOwned;

    use super::*;
    use crate::Timestamp;

    #[expect(
        unreachable_pub,
        reason = "a module's permissions are declared for its crate's users"
    )]
    mod declared {
        permissions! {
            /// Sees products.
            pub(super) Read = "products.read";
            pub(super) Write = "products.write";
        }
    }

    #[test]
    fn permissions_are_types_with_keys() {
        assert_eq!(declared::Read::KEY, "products.read");
        assert_eq!(declared::ALL, [declared::Read::KEY, declared::Write::KEY]);
    }

    #[track_caller]
    fn check<K>(all: &[K], key: fn(K) -> &'static str)
    where
        K: Copy + fmt::Debug + PartialEq + FromStr<Err = TextError> + Serialize + DeserializeOwned,
    {
        for one in all.iter().copied() {
            let json = format!("\"{}\"", key(one));
            assert_eq!(key(one).parse(), Ok(one));
            assert_eq!(serde_json::to_string(&one).ok().as_ref(), Some(&json));
            assert_eq!(serde_json::from_str(&json).ok(), Some(one));
        }
        let error = "none of them".parse::<K>().expect_err("no such key");
        assert!(error.detail.contains(key(all[0])), "{error}");
    }

    #[test]
    fn a_key_is_the_same_in_text_and_json() {
        check(Feature::ALL, Feature::key);
        check(Role::ALL, Role::as_str);
    }

    #[test]
    fn a_feature_set_has_each_feature_once_however_it_is_made() {
        let read: FeatureSet =
            serde_json::from_str(r#"["leads","cms","leads","booking"]"#).expect("a list of keys");
        let mut made: FeatureSet = [Feature::Leads, Feature::Booking].into_iter().collect();
        made.insert(Feature::Cms);
        made.insert(Feature::Leads);
        assert_eq!(read, made);
        assert_eq!(
            serde_json::to_string(&made).expect("JSON"),
            r#"["cms","booking","leads"]"#
        );
        assert!(made.contains(Feature::Cms) && !made.contains(Feature::Ai));
        assert_eq!(made.iter().count(), 3);

        let other: FeatureSet = [Feature::Ai, Feature::Leads].into_iter().collect();
        let both = made.with(&other);
        assert_eq!(both.iter().count(), 4);
        assert!(both.covers(&made) && both.covers(&other) && !made.covers(&other));
        assert_eq!(
            both.without(&other),
            [Feature::Cms, Feature::Booking].into_iter().collect()
        );
    }

    #[test]
    fn an_actor_says_who_it_is() {
        let user = UserId::new(Timestamp::from_millis(1));
        let key = ApiKeyId::new(Timestamp::from_millis(1));
        for (actor, shown) in [
            (Actor::User(user), format!("user:{user}")),
            (Actor::ApiKey(key), format!("api_key:{key}")),
            (Actor::Visitor, "visitor".to_owned()),
            (Actor::Command, "command".to_owned()),
            (Actor::Job, "job".to_owned()),
            (Actor::System, "system".to_owned()),
        ] {
            assert_eq!(actor.to_string(), shown);
        }
    }
}
