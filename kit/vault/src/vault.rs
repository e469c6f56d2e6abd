//! Keys derived from the master key, one per purpose, so that what is signed for one is worth nothing for another.

use std::sync::Arc;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::zeroize::Zeroizing;
use sha2::Sha256;
use stoa_core::TenantId;

use crate::{
    MasterKey, SealError, TenantKey,
    aead::{self, joined},
    secret::SecretKey,
};

/// Part of every derivation; never changes.
const SALT: &[u8] = b"stoa vault 1";
const WRAPPED: &[u8] = b"tenant key";

/// What a derived key is for. A new purpose is a new label, and labels never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Signs the cursors of lists.
    Cursor,
    /// Signs access tokens.
    AccessToken,
    /// Signs refresh tokens, and hides the sessions that they belong to.
    RefreshToken,
    /// Signs what a browser keeps to be known again.
    Device,
}

/// What an installation can do with its master key. Cheap to clone; it holds derived keys, not the master key.
#[derive(Debug, Clone)]
pub struct Vault(Arc<Keys>);

#[derive(Debug)]
struct Keys {
    cursor: DerivedKey,
    access_token: DerivedKey,
    refresh_token: DerivedKey,
    device: DerivedKey,
    wrapping: SecretKey,
    platform: TenantKey,
    fingerprint: SecretKey,
}

/// A key for one purpose.
#[derive(Debug)]
pub struct DerivedKey(SecretKey);

impl Vault {
    #[must_use]
    pub fn new(master: &MasterKey) -> Self {
        let derived = |label: &str| derive(master, label);
        Self(Arc::new(Keys {
            cursor: DerivedKey(derived("cursor")),
            access_token: DerivedKey(derived("access token")),
            refresh_token: DerivedKey(derived("refresh token")),
            device: DerivedKey(derived("device")),
            wrapping: derived("wrapping"),
            platform: TenantKey::of_platform(derived("platform")),
            fingerprint: derived("fingerprint"),
        }))
    }

    #[must_use]
    pub fn key(&self, purpose: Purpose) -> &DerivedKey {
        match purpose {
            Purpose::Cursor => &self.0.cursor,
            Purpose::AccessToken => &self.0.access_token,
            Purpose::RefreshToken => &self.0.refresh_token,
            Purpose::Device => &self.0.device,
        }
    }

    /// Tells master keys apart and says nothing else about them; may be stored in the clear.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        *self.0.fingerprint.bytes()
    }

    /// What seals the platform's own: as nobody's data, it is never to be shredded, and so needs no key that can be lost.
    #[must_use]
    pub fn platform_key(&self) -> &TenantKey {
        &self.0.platform
    }

    /// A tenant's key as a store keeps it.
    #[must_use]
    pub fn wrap(&self, key: &TenantKey) -> Vec<u8> {
        let (header, tenant) = (TenantKey::header(key.version()), key.tenant());
        let place = [WRAPPED, tenant.as_bytes()];
        aead::seal(&self.0.wrapping, &header, &place, key.secret().bytes())
    }

    /// The key that was wrapped for this tenant as this version.
    pub fn unwrap(&self, tenant: TenantId, version: u8, wrapped: &[u8]) -> Result<TenantKey, SealError> {
        let (header, place) = (TenantKey::header(version), [WRAPPED, tenant.as_bytes()]);
        let bytes = Zeroizing::new(aead::open(&self.0.wrapping, &header, &place, wrapped)?);
        let secret = SecretKey::copied(&bytes).ok_or(SealError)?;
        Ok(TenantKey::of(tenant, version, secret))
    }
}

impl DerivedKey {
    /// HMAC-SHA256 of these parts, whose bounds it covers too.
    #[must_use]
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.mac(parts).finalize().into_bytes().into()
    }

    /// Whether `signature` is the beginning of the parts' signature, found out in constant time. How many of its bytes
    /// are asked for is for the caller to decide.
    #[must_use]
    pub fn verifies(&self, parts: &[&[u8]], signature: &[u8]) -> bool {
        self.mac(parts).verify_truncated_left(signature).is_ok()
    }

    /// The key itself, for a library that signs by itself.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.bytes()
    }

    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    fn mac(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mac = Hmac::<Sha256>::new_from_slice(self.0.bytes()).expect("a key of any length");
        mac.chain_update(joined(parts))
    }
}

#[expect(clippy::expect_used, reason = "HKDF gives up to 255 times 32 bytes")]
fn derive(master: &MasterKey, label: &str) -> SecretKey {
    let hkdf = Hkdf::<Sha256>::new(Some(SALT), master.bytes());
    SecretKey::filled(|key| hkdf.expand(label.as_bytes(), key).expect("32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(byte: u8) -> Vault {
        let key = MasterKey::parse(&format!("{byte:02x}").repeat(32));
        Vault::new(&key.unwrap_or_else(|_| MasterKey::generate()))
    }

    #[test]
    fn keys_differ_by_purpose_and_by_master_key() {
        let (one, two) = (vault(1), vault(2));
        let parts: &[&[u8]] = &[b"a", b"b"];
        let signed = one.key(Purpose::Cursor).sign(parts);
        assert_eq!(signed, vault(1).key(Purpose::Cursor).sign(parts));
        assert!(one.key(Purpose::Cursor).verifies(parts, &signed));
        assert!(one.key(Purpose::Cursor).verifies(parts, &signed[..16]));
        assert!(!one.key(Purpose::AccessToken).verifies(parts, &signed));
        assert!(!two.key(Purpose::Cursor).verifies(parts, &signed));
        assert!(!one.key(Purpose::Cursor).verifies(&[b"ab", b""], &signed));
        assert_eq!(one.fingerprint(), vault(1).fingerprint());
        assert_ne!(one.fingerprint(), two.fingerprint());
    }

    #[test]
    fn a_wrapped_key_opens_for_its_tenant_and_version_only() {
        let tenant = |number| TenantId::from_uuid(uuid::Uuid::from_u128(number));
        let key = TenantKey::generate(tenant(1));
        let (vault, other) = (vault(1), vault(2));
        let wrapped = vault.wrap(&key);
        let opened = |vault: &Vault, number, version| {
            let opened = vault.unwrap(tenant(number), version, &wrapped).ok();
            opened.map(|opened| *opened.secret().bytes())
        };
        assert_eq!(opened(&vault, 1, 1), Some(*key.secret().bytes()));
        assert_eq!(opened(&vault, 2, 1), None);
        assert_eq!(opened(&vault, 1, 2), None);
        assert_eq!(opened(&other, 1, 1), None);
    }
}
