//! 256 bits that are wiped when they are dropped and never printed.

use secrecy::{ExposeSecret, SecretBox};

const BYTES: usize = 32;

#[derive(Debug)]
pub(crate) struct SecretKey(SecretBox<[u8; BYTES]>);

impl SecretKey {
    /// A key whose bytes `fill` writes in place, so that no copy of them is left behind.
    pub(crate) fn filled(fill: impl FnOnce(&mut [u8; BYTES])) -> Self {
        Self(SecretBox::init_with_mut(fill))
    }

    /// None when these are not exactly as many bytes as a key has.
    pub(crate) fn copied(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; BYTES] = bytes.try_into().ok()?;
        Some(Self::filled(|key| key.copy_from_slice(bytes)))
    }

    /// # Panics
    /// When the system has no randomness to give; nothing safe can be done then.
    #[expect(clippy::expect_used, reason = "without randomness no key may be made")]
    pub(crate) fn random() -> Self {
        Self::filled(|key| getrandom::fill(key).expect("the system gives random bytes"))
    }

    pub(crate) fn bytes(&self) -> &[u8; BYTES] {
        self.0.expose_secret()
    }
}
