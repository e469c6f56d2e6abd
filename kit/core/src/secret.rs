//! Random tokens that stand for a right: sessions, carts, order pages.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

const BYTES: usize = 32;
/// 256 bits in base64url.
const LETTERS: usize = 43;

/// 256 random bits, as 43 letters of base64url. Stores keep its hash, never the token.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// # Panics
    /// When the system has no randomness to give; nothing safe can be done then.
    #[must_use]
    #[expect(clippy::expect_used, reason = "without randomness no token may be made")]
    pub fn random() -> Self {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).expect("the system gives random bytes");
        Self::of(bytes)
    }

    /// A token of bits that nobody can guess.
    #[must_use]
    pub fn of(bytes: [u8; BYTES]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Text of a token's form; whether it stands for anything is for a store to say.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == LETTERS && URL_SAFE_NO_PAD.decode(text).is_ok()).then(|| Self(text.to_owned()))
    }

    /// Another token, which only whoever holds this one can work out; `purpose` tells apart several.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        let digest = Sha256::new()
            .chain_update(purpose)
            .chain_update([0])
            .chain_update(&self.0)
            .finalize();
        Self(URL_SAFE_NO_PAD.encode(digest))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a store keeps: SHA-256. A token is random enough that no salt is needed.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_token_has_the_form_of_one() {
        let token = Token::random();
        assert_eq!(Token::parse(token.as_str()), Some(token.clone()));
        assert_ne!(token, Token::random());
        assert_ne!(token.hash(), Token::random().hash());
        assert_eq!(token.hash(), token.clone().hash());
    }

    #[test]
    fn only_one_text_stands_for_a_token() {
        let zeros = "A".repeat(LETTERS);
        assert!(Token::parse(&zeros).is_some());
        for text in [
            String::new(),
            "A".repeat(LETTERS - 1),
            "A".repeat(LETTERS + 1),
            // The last letter carries four bits: the other two have to be zero.
            format!("{}B", "A".repeat(LETTERS - 1)),
            format!("{}=", "A".repeat(LETTERS - 1)),
            format!("{}+", "A".repeat(LETTERS - 1)),
            format!(" {}", "A".repeat(LETTERS - 1)),
        ] {
            assert_eq!(Token::parse(&text), None, "{text}");
        }
    }

    #[test]
    fn a_derived_token_depends_on_token_and_purpose() {
        let token = Token::random();
        let derived = token.derive("order");
        assert_eq!(derived, token.derive("order"));
        assert_eq!(Token::parse(derived.as_str()), Some(derived.clone()));
        for other in [
            token.clone(),
            token.derive("cart"),
            Token::random().derive("order"),
        ] {
            assert_ne!(derived, other);
        }
    }

    #[test]
    fn is_not_shown_in_logs() {
        let token = Token::random();
        assert_eq!(format!("{token:?}"), "Token(…)");
    }
}
