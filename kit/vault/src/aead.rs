//! XChaCha20-Poly1305 as all of the vault uses it: random nonces, and associated data whose parts cannot run together.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};

use crate::secret::SecretKey;

/// With 192 bits, random nonces do not repeat however many there are.
const NONCE: usize = 24;

/// What was given to `open` was not sealed at this place with this key, or it was changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this was not sealed here, or it is damaged")]
pub struct SealError;

/// `header ‖ nonce ‖ ciphertext ‖ tag`; the header and the parts of `place` are authenticated with it.
#[expect(clippy::expect_used, reason = "a cipher takes any text that fits in memory")]
pub(crate) fn seal(key: &SecretKey, header: &[u8], place: &[&[u8]], plaintext: &[u8]) -> Vec<u8> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).expect("the system gives random bytes");
    let payload = Payload {
        msg: plaintext,
        aad: &joined(&[&[header], place].concat()),
    };
    let ciphertext = cipher(key)
        .encrypt(&XNonce::from(nonce), payload)
        .expect("the text fits in memory");
    [header, &nonce, &ciphertext].concat()
}

/// The plaintext of what `seal` made with the same key, header and place.
pub(crate) fn open(
    key: &SecretKey,
    header: &[u8],
    place: &[&[u8]],
    sealed: &[u8],
) -> Result<Vec<u8>, SealError> {
    let rest = sealed.strip_prefix(header).ok_or(SealError)?;
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or(SealError)?;
    let payload = Payload {
        msg: ciphertext,
        aad: &joined(&[&[header], place].concat()),
    };
    cipher(key)
        .decrypt(&XNonce::from(*nonce), payload)
        .map_err(|_| SealError)
}

fn cipher(key: &SecretKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.bytes().into())
}

/// Each part behind its length: `("ab", "c")` and `("a", "bc")` are two places.
pub(crate) fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let mut joined = Vec::new();
    for part in parts {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        joined.extend(length.to_be_bytes());
        joined.extend(*part);
    }
    joined
}
