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
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Text of a token's form; whether it stands for anything is for a store to say.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == LETTERS && URL_SAFE_NO_PAD.decode(text).is_ok()).then(|| Self(text.to_owned()))
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
