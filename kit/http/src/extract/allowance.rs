//! `Allowance`: what the peer of a request may still do of what costs more than other requests.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::{ApiError, Budget, HttpState, Peer, limits::Key};

/// The budgets of whoever is at the other end. A request that came through no socket has no peer, so none of these.
#[derive(Debug, Clone)]
pub struct Allowance {
    peer: Option<Peer>,
    state: HttpState,
}

impl Allowance {
    pub(crate) fn of(parts: &Parts, state: &HttpState) -> Self {
        Self {
            peer: parts.extensions.get().copied(),
            state: state.clone(),
        }
    }

    /// Takes one from the peer's budget; 429 `rate.limited` when it is empty.
    pub fn spend(&self, budget: Budget) -> Result<(), ApiError> {
        self.peer.map_or(Ok(()), |peer| self.take(budget, peer.into()))
    }

    /// Takes one from the budget of what the request is aimed at, whoever sends it.
    pub fn spend_on(&self, budget: Budget, target: &str) -> Result<(), ApiError> {
        self.take(budget, target.into())
    }

    fn take(&self, budget: Budget, key: Key) -> Result<(), ApiError> {
        self.state.limiter().spend(budget, key).map(drop)
    }
}

impl FromRequestParts<HttpState> for Allowance {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, Infallible> {
        Ok(Self::of(parts, state))
    }
}
