//! Who acts, and what they may do.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{TextError, UserId};

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
    /// Somebody on a public page.
    Visitor,
    /// The operator, on the command line.
    Command,
    /// Stoa itself.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => write!(f, "user:{user}"),
            Self::Visitor => f.write_str("visitor"),
            Self::Command => f.write_str("command"),
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
pub struct FeatureSet(Vec<Feature>);

impl FeatureSet {
    #[must_use]
    pub fn contains(&self, feature: Feature) -> bool {
        self.0.contains(&feature)
    }

    pub fn insert(&mut self, feature: Feature) {
        if let Err(at) = self.0.binary_search(&feature) {
            self.0.insert(at, feature);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = Feature> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Feature> for FeatureSet {
    fn from_iter<I: IntoIterator<Item = Feature>>(features: I) -> Self {
        let mut set = Self::default();
        features.into_iter().for_each(|feature| set.insert(feature));
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
