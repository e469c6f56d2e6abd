//! `[limits]`: how much anybody may ask for.

use std::str::FromStr;

use clap::Args;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use stoa_http::{Limits, Rate};
use stoa_mail::LetterBudget;

/// Rates are a number per second, minute or hour, and how many may come at once: `10/m:30`. `off` is no limit.
#[derive(Debug, Default, Args, Serialize)]
pub struct LimitFlags {
    /// Whether anything is limited [default: true]
    #[arg(
        id = "limits-enabled",
        long = "limits-enabled",
        global = true,
        env = "STOA_LIMITS_ENABLED",
        value_name = "BOOL"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    /// Requests for one business [default: 300/s:1200]
    #[arg(
        id = "limits-tenant",
        long = "limits-tenant",
        global = true,
        env = "STOA_LIMITS_TENANT",
        value_name = "RATE"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<Limit>,
    /// Requests of one person who is signed in [default: 50/s:300]
    #[arg(
        id = "limits-principal",
        long = "limits-principal",
        global = true,
        env = "STOA_LIMITS_PRINCIPAL",
        value_name = "RATE"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Limit>,
    /// Requests of one address that nobody is signed in for [default: 30/s:300]
    #[arg(
        id = "limits-peer",
        long = "limits-peer",
        global = true,
        env = "STOA_LIMITS_PEER",
        value_name = "RATE"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<Limit>,
    /// Attempts to sign in as one person, wherever they come from [default: 2/m:10]
    #[arg(
        id = "limits-login-target",
        long = "limits-login-target",
        global = true,
        env = "STOA_LIMITS_LOGIN_TARGET",
        value_name = "RATE"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    login_target: Option<Limit>,
    /// Attempts of one address to sign in [default: 10/m:30]
    #[arg(
        id = "limits-login",
        long = "limits-login",
        global = true,
        env = "STOA_LIMITS_LOGIN",
        value_name = "RATE"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<Limit>,
    /// Sign-ups of one address [default: 20/h:10]
    #[arg(
        id = "limits-sign-up",
        long = "limits-sign-up",
        global = true,
        env = "STOA_LIMITS_SIGN_UP",
        value_name = "RATE"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_up: Option<Limit>,
    /// New carts of one address [default: 10/m:30]
    #[arg(
        id = "limits-cart",
        long = "limits-cart",
        global = true,
        env = "STOA_LIMITS_CART",
        value_name = "RATE"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    cart: Option<Limit>,
    /// Open connections of one address [default: 256]
    #[arg(
        id = "limits-connections",
        long = "limits-connections",
        global = true,
        env = "STOA_LIMITS_CONNECTIONS",
        value_name = "N"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    connections: Option<usize>,
    /// Letters of one business in a day [default: 500]
    #[arg(
        id = "limits-letters",
        long = "limits-letters",
        global = true,
        env = "STOA_LIMITS_LETTERS",
        value_name = "N"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    letters: Option<u32>,
    /// Letters of one business to one visitor's address in a day [default: 20]
    #[arg(
        id = "limits-letters-to-one",
        long = "limits-letters-to-one",
        global = true,
        env = "STOA_LIMITS_LETTERS_TO_ONE",
        value_name = "N"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    letters_to_one: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    pub enabled: bool,
    pub tenant: Limit,
    pub principal: Limit,
    pub peer: Limit,
    pub login_target: Limit,
    pub login: Limit,
    pub sign_up: Limit,
    pub cart: Limit,
    pub connections: usize,
    pub letters: u32,
    pub letters_to_one: u32,
}

/// A rate, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(Option<Rate>);

impl Default for LimitSettings {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            enabled: true,
            tenant: Limit(limits.tenant),
            principal: Limit(limits.principal),
            peer: Limit(limits.peer),
            login_target: Limit(limits.login_target),
            login: Limit(limits.login),
            sign_up: Limit(limits.sign_up),
            cart: Limit(limits.cart),
            connections: 256,
            letters: 500,
            letters_to_one: 20,
        }
    }
}

impl LimitSettings {
    pub(super) fn limits(&self) -> Limits {
        if !self.enabled {
            return Limits::NONE;
        }
        Limits {
            tenant: self.tenant.0,
            principal: self.principal.0,
            peer: self.peer.0,
            login_target: self.login_target.0,
            login: self.login.0,
            sign_up: self.sign_up.0,
            cart: self.cart.0,
        }
    }

    pub(super) fn connections(&self) -> usize {
        if self.enabled {
            self.connections
        } else {
            usize::MAX
        }
    }

    pub(super) fn letters(&self) -> LetterBudget {
        if !self.enabled {
            return LetterBudget::NONE;
        }
        LetterBudget {
            tenant: self.letters,
            recipient: self.letters_to_one,
        }
    }
}

impl FromStr for Limit {
    type Err = <Rate as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            return Ok(Self(None));
        }
        text.parse().map(|rate| Self(Some(rate)))
    }
}

impl Serialize for Limit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(rate) => serializer.collect_str(rate),
            None => serializer.serialize_str("off"),
        }
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
