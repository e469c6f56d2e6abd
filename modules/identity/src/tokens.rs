//! Access tokens (JWT, RFC 7519) and refresh tokens: what a program presents that acts for a person.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use stoa_core::{MembershipId, SessionId, TenantId, Timestamp, Token, UserId};
use stoa_http::Bound;
use stoa_vault::{Purpose, Vault};

use crate::IdentityError;

/// How long an access token counts. What it may do is looked up at each request; this bounds how long a leaked one serves.
pub(crate) const LIFETIME: Duration = Duration::from_secs(15 * 60);
/// How far the clocks of two servers may be apart.
const SKEW: Duration = Duration::from_secs(60);
/// The one algorithm: what a token's header names is compared with it, never followed.
const ALGORITHM: Algorithm = Algorithm::HS256;

/// What an access token says. The session it names decides whether it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claims {
    pub(crate) sub: UserId,
    pub(crate) session: SessionId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tenant: Option<TenantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) membership: Option<MembershipId>,
    /// Of the membership.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<i64>,
    /// Seconds since 1970 (RFC 7519, 4.1).
    pub(crate) iat: i64,
    pub(crate) exp: i64,
}

/// Which renewal of which session comes next, signed. A session has one that counts; an older one betrays a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RefreshToken {
    pub(crate) session: SessionId,
    /// What it was made for; the session must still work there, so that it never reaches further.
    pub(crate) membership: Option<MembershipId>,
    pub(crate) renewals: i64,
}

impl Claims {
    pub(crate) fn new(user: UserId, session: SessionId, bound: Option<Bound>, now: Timestamp) -> Self {
        Self {
            sub: user,
            session,
            tenant: bound.map(|bound| bound.tenant),
            membership: bound.map(|bound| bound.membership),
            version: bound.map(|bound| bound.version),
            iat: seconds(now),
            exp: seconds(now.plus(LIFETIME)),
        }
    }

    /// The membership that the token was made for.
    pub(crate) fn bound(&self) -> Option<Bound> {
        Some(Bound {
            tenant: self.tenant?,
            membership: self.membership?,
            version: self.version?,
        })
    }

    pub(crate) fn sign(&self, vault: &Vault) -> Result<String, IdentityError> {
        let key = EncodingKey::from_secret(vault.key(Purpose::AccessToken).expose());
        encode(&Header::new(ALGORITHM), self, &key).map_err(IdentityError::Signing)
    }

    /// What a token says that the platform has signed and that counts now.
    pub(crate) fn read(vault: &Vault, token: &str, now: Timestamp) -> Option<Self> {
        let key = DecodingKey::from_secret(vault.key(Purpose::AccessToken).expose());
        let mut validation = Validation::new(ALGORITHM);
        // Time is compared below, with the platform's clock.
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        let claims = decode::<Self>(token, &key, &validation).ok()?.claims;
        let is_current = claims.iat <= seconds(now.plus(SKEW)) && seconds(now) < claims.exp;
        is_current.then_some(claims)
    }
}

fn seconds(instant: Timestamp) -> i64 {
    instant.as_micros().div_euclid(1_000_000)
}

impl RefreshToken {
    pub(crate) fn write(&self, vault: &Vault) -> String {
        let body = [
            self.session.as_bytes().as_slice(),
            self.membership
                .map_or([0; 16], |membership| *membership.as_bytes())
                .as_slice(),
            &self.renewals.to_be_bytes(),
        ]
        .concat();
        let mac = vault.key(Purpose::RefreshToken).sign(&[b"renewal", &body]);
        URL_SAFE_NO_PAD.encode([body.as_slice(), &mac].concat())
    }

    pub(crate) fn read(vault: &Vault, text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (body, mac) = bytes.split_last_chunk::<32>()?;
        if !vault
            .key(Purpose::RefreshToken)
            .verifies(&[b"renewal", body], mac)
        {
            return None;
        }
        let (session, rest) = body.split_first_chunk::<16>()?;
        let (membership, rest) = rest.split_first_chunk::<16>()?;
        Some(Self {
            session: SessionId::from_bytes(*session),
            membership: (*membership != [0; 16]).then(|| MembershipId::from_bytes(*membership)),
            renewals: i64::from_be_bytes(rest.try_into().ok()?),
        })
    }
}

/// What stands where a browser's session has its cookie's token. Nobody is ever given it.
pub(crate) fn hidden_token(vault: &Vault, session: SessionId) -> Token {
    let key = vault.key(Purpose::RefreshToken);
    Token::of(key.sign(&[b"session", session.as_bytes()]))
}

#[cfg(test)]
mod tests;
