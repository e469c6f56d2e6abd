//! How much anybody may ask for: budgets that refill steadily, one per tenant, person, peer and target.

mod keys;
mod rate;

use std::time::Duration;

use governor::{Quota, RateLimiter, clock::Clock as _, middleware::StateInformationMiddleware};
use sha2::{Digest, Sha256};
use stoa_core::{Clock, TenantId};

use self::keys::Keys;
use crate::{ApiError, Peer, Principal};

pub use rate::Rate;

/// What is limited apart from all else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// All requests for one tenant, so that one cannot starve the others.
    Tenant,
    /// All requests of one person.
    Principal,
    /// All requests of one peer that nobody has signed.
    Peer,
    /// Attempts to sign in as somebody, wherever they come from.
    LoginTarget,
    /// Attempts of one peer to sign in.
    Login,
    /// Sign-ups of one peer.
    SignUp,
    /// New carts of one peer.
    Cart,
}

/// How large each budget is; none is no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    pub tenant: Option<Rate>,
    pub principal: Option<Rate>,
    pub peer: Option<Rate>,
    pub login_target: Option<Rate>,
    pub login: Option<Rate>,
    pub sign_up: Option<Rate>,
    pub cart: Option<Rate>,
}

/// Whose budget a request takes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key(u128);

/// How a budget stands after a request took from it, or found it empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// Seconds until it is full again.
    pub(crate) reset: u64,
    /// Seconds until there is something in it again.
    pub(crate) retry: u64,
}

/// The budgets in use.
pub(crate) struct Limiter {
    tenant: Purse,
    principal: Purse,
    peer: Purse,
    login_target: Purse,
    login: Purse,
    sign_up: Purse,
    cart: Purse,
}

type Purse = Option<RateLimiter<Key, Keys, Steady, StateInformationMiddleware>>;

impl Default for Limits {
    fn default() -> Self {
        Self {
            tenant: Some(Rate::per_second(300, 1200)),
            principal: Some(Rate::per_second(50, 300)),
            peer: Some(Rate::per_second(30, 300)),
            login_target: Some(Rate::per_minute(2, 10)),
            login: Some(Rate::per_minute(10, 30)),
            sign_up: Some(Rate::per_hour(20, 10)),
            cart: Some(Rate::per_minute(10, 30)),
        }
    }
}

impl Limits {
    /// No limits at all.
    pub const NONE: Self = Self {
        tenant: None,
        principal: None,
        peer: None,
        login_target: None,
        login: None,
        sign_up: None,
        cart: None,
    };
}

impl Limiter {
    pub(crate) fn new(limits: &Limits, clock: &Clock) -> Self {
        let purse = |rate: Option<Rate>| {
            rate.map(|rate| RateLimiter::new(rate.quota(), Keys::new(), Steady(clock.clone())))
        };
        Self {
            tenant: purse(limits.tenant),
            principal: purse(limits.principal),
            peer: purse(limits.peer),
            login_target: purse(limits.login_target),
            login: purse(limits.login),
            sign_up: purse(limits.sign_up),
            cart: purse(limits.cart),
        }
    }

    /// Takes one from a budget; 429 `rate.limited` when it is empty. Says nothing when there is no limit.
    pub(crate) fn spend(&self, budget: Budget, key: Key) -> Result<Option<Standing>, ApiError> {
        let Some(purse) = self.purse(budget) else {
            return Ok(None);
        };
        match purse.check_key(&key) {
            Ok(state) => Ok(Some(Standing::after(
                state.quota(),
                state.remaining_burst_capacity(),
            ))),
            Err(refusal) => {
                metrics::counter!("stoa_rate_limited_total", "budget" => budget.name()).increment(1);
                let wait = refusal.wait_time_from(purse.clock().now());
                Err(ApiError::too_many(Standing::empty(refusal.quota(), wait)))
            }
        }
    }

    fn purse(&self, budget: Budget) -> &Purse {
        match budget {
            Budget::Tenant => &self.tenant,
            Budget::Principal => &self.principal,
            Budget::Peer => &self.peer,
            Budget::LoginTarget => &self.login_target,
            Budget::Login => &self.login,
            Budget::SignUp => &self.sign_up,
            Budget::Cart => &self.cart,
        }
    }
}

impl Budget {
    fn name(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Principal => "principal",
            Self::Peer => "peer",
            Self::LoginTarget => "login_target",
            Self::Login => "login",
            Self::SignUp => "sign_up",
            Self::Cart => "cart",
        }
    }
}

impl Standing {
    fn after(quota: Quota, remaining: u32) -> Self {
        let spent = quota.burst_size().get().saturating_sub(remaining);
        Self {
            limit: quota.burst_size().get(),
            remaining,
            reset: seconds(quota.replenish_interval().saturating_mul(spent)),
            retry: 0,
        }
    }

    fn empty(quota: Quota, wait: Duration) -> Self {
        Self {
            retry: seconds(wait).max(1),
            ..Self::after(quota, 0)
        }
    }
}

/// Whole seconds, rounded up: whoever waits that long has waited long enough.
fn seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

impl From<TenantId> for Key {
    fn from(id: TenantId) -> Self {
        Self(id.uuid().as_u128())
    }
}

impl From<&Principal> for Key {
    fn from(principal: &Principal) -> Self {
        Self(match principal {
            Principal::Person(person) => person.user.uuid().as_u128(),
            Principal::Program(program) => program.key.uuid().as_u128(),
        })
    }
}

impl From<Peer> for Key {
    fn from(peer: Peer) -> Self {
        Self(peer.bits())
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&Sha256::digest(text)[..16]);
        Self(u128::from_be_bytes(bytes))
    }
}

/// Our clock as the budgets read it.
#[derive(Debug, Clone)]
struct Steady(Clock);

impl governor::clock::Clock for Steady {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.steady()
    }
}

#[cfg(test)]
mod tests;
