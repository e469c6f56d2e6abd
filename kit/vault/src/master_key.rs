//! The one secret that an operator keeps: every other key is derived from it or wrapped by it.

use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use secrecy::{SecretString, zeroize::Zeroizing};

use crate::secret::SecretKey;

const HEX_DIGITS: usize = 64;
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: [GeneralPurpose; 2] = [
    GeneralPurpose::new(&STANDARD, LENIENT),
    GeneralPurpose::new(&URL_SAFE, LENIENT),
];

/// 256 bits. `Debug` does not print them, and they are wiped from memory when dropped.
#[derive(Debug)]
pub struct MasterKey(SecretKey);

/// The text is no master key. This does not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a master key is 32 random bytes, in hexadecimal or in base64; `openssl rand -hex 32` makes one")]
pub struct MasterKeyError;

impl MasterKey {
    #[must_use]
    pub fn generate() -> Self {
        Self(SecretKey::random())
    }

    /// From hexadecimal digits, or from base64 of either alphabet, padded or not. White space around it does not count.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let text = text.trim();
        let bytes = if text.len() == HEX_DIGITS {
            from_hex(text)
        } else {
            from_base64(text)
        };
        bytes
            .and_then(|bytes| SecretKey::copied(&bytes))
            .map(Self)
            .ok_or(MasterKeyError)
    }

    /// A text that `parse` reads.
    #[must_use]
    pub fn to_text(&self) -> SecretString {
        BASE64[0].encode(self.bytes()).into()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }
}

fn from_hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digits: Option<Zeroizing<Vec<u8>>> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok()))
        .collect::<Option<Vec<u8>>>()
        .map(Zeroizing::new);
    let bytes = digits?
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect();
    Some(Zeroizing::new(bytes))
}

fn from_base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    BASE64
        .iter()
        .find_map(|base64| base64.decode(text).ok())
        .map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<[u8; 32]>) {
        let parsed = MasterKey::parse(text).ok();
        assert_eq!(parsed.map(|key| *key.0.bytes()), expected, "{text:?}");
    }

    #[test]
    fn is_read_from_hexadecimal_and_from_base64() {
        let bytes = [0xfb; 32];
        check(&"fb".repeat(32), Some(bytes));
        check(&format!(" {}\n", "Fb".repeat(32)), Some(bytes));
        check("+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=", Some(bytes));
        check("-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s", Some(bytes));
    }

    #[test]
    fn any_other_text_is_refused() {
        check("", None);
        check("changeme", None);
        check(&"fb".repeat(31), None);
        check(&"fb".repeat(33), None);
        check(&"fg".repeat(32), None);
        check(&"é".repeat(32), None);
    }

    #[test]
    fn a_made_one_is_read_back_and_not_printed() {
        let key = MasterKey::generate();
        let text = key.to_text();
        let again = MasterKey::parse(text.expose_secret()).ok();
        assert_eq!(again.as_ref().map(MasterKey::bytes), Some(key.bytes()));
        assert_ne!(key.bytes(), MasterKey::generate().bytes());
        assert!(!format!("{key:?} {text:?}").contains(text.expose_secret()));
    }
}
