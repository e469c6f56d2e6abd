//! Browsers in which somebody has signed in before, so that others' guesses at their password do not hold them up there.

use axum::http::{HeaderMap, HeaderValue};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use stoa_core::{Email, Token};
use stoa_http::cookies;
use stoa_vault::{Purpose, Vault};

/// OWASP calls it a device cookie (<https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies>).
/// It is no credential: whoever holds it may guess as often as anybody, apart from all others.
pub(crate) const COOKIE: &str = "__Host-device";
const SECONDS: u32 = 365 * 24 * 60 * 60;
/// 128 bits of the signature: nobody guesses one.
const SIGNATURE: usize = 16;
/// The letters of a token.
const TOKEN: usize = 43;

/// A browser that one person has signed in with.
#[derive(Debug, Clone)]
pub(crate) struct Device(Token);

impl Device {
    /// The one that a request comes from, if this person has signed in with it.
    pub(crate) fn of(headers: &HeaderMap, email: &Email, vault: &Vault) -> Option<Self> {
        let (token, signature) = cookies::read(headers, COOKIE)?.split_at_checked(TOKEN)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let is_whole = signature.len() == SIGNATURE;
        let token = Token::parse(token).filter(|_| is_whole)?;
        let key = vault.key(Purpose::Device);
        key.verifies(&signed(email, &token), &signature)
            .then_some(Self(token))
    }

    pub(crate) fn new() -> Self {
        Self(Token::random())
    }

    /// `Set-Cookie` for another year.
    pub(crate) fn cookie(&self, email: &Email, vault: &Vault) -> Option<HeaderValue> {
        let signature = vault.key(Purpose::Device).sign(&signed(email, &self.0));
        let signature = URL_SAFE_NO_PAD.encode(&signature[..SIGNATURE]);
        cookies::set(COOKIE, &format!("{}{signature}", self.0.as_str()), SECONDS)
    }
}

/// What attempts to sign in as somebody are counted under: of all strangers together, of each known device alone.
pub(crate) fn target(email: &Email, device: Option<&Device>) -> String {
    let device = device.map_or("", |device| device.0.as_str());
    format!("{} {device}", email.as_str())
}

fn signed<'a>(email: &'a Email, token: &'a Token) -> [&'a [u8]; 2] {
    [email.as_str().as_bytes(), token.as_str().as_bytes()]
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE as SENT;
    use stoa_vault::MasterKey;

    use super::*;

    fn email(text: &str) -> Email {
        Email::parse(text).unwrap_or_else(|_| panic!("{text} is an email"))
    }

    fn sent(cookie: &str) -> HeaderMap {
        let value = HeaderValue::from_str(cookie).ok();
        value.map(|value| (SENT, value)).into_iter().collect()
    }

    /// ATK-P13: nobody makes a budget of their own for another's password.
    #[test]
    fn a_device_is_known_for_the_person_who_signed_in_with_it() {
        let vault = Vault::new(&MasterKey::generate());
        let (ada, bob) = (email("ada@example.org"), email("bob@example.org"));
        let device = Device::new();
        let set = device.cookie(&ada, &vault);
        let set = set.as_ref().and_then(|set| set.to_str().ok()).unwrap_or_default();
        let pair = set.split(';').next().unwrap_or_default();
        let token =
            |headers: &HeaderMap, email, vault| Device::of(headers, email, vault).map(|known| known.0);
        assert_eq!(token(&sent(pair), &ada, &vault), Some(device.0));
        assert_eq!(token(&sent(pair), &bob, &vault), None, "another's");
        let other = Vault::new(&MasterKey::generate());
        assert_eq!(token(&sent(pair), &ada, &other), None);
        for cut in [pair.len() - 1, pair.len() - 22, COOKIE.len() + 1] {
            assert_eq!(token(&sent(&pair[..cut]), &ada, &vault), None, "cut at {cut}");
        }
        assert_eq!(token(&HeaderMap::new(), &ada, &vault), None);
    }
}
