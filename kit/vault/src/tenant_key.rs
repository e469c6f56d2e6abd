//! A tenant's own key: seals what must not be readable in a stolen store, each thing at its place.

use std::{fmt, sync::Arc};

use stoa_core::TenantId;

use crate::{
    SealError,
    aead::{open, seal},
    secret::SecretKey,
};

/// The layout of sealed bytes; the first of them.
const FORMAT: u8 = 1;
const FIRST_VERSION: u8 = 1;

/// 256 random bits of one tenant. Cheap to clone; wiped when the last clone is dropped.
#[derive(Clone)]
pub struct TenantKey(Arc<Inner>);

struct Inner {
    tenant: TenantId,
    version: u8,
    secret: SecretKey,
}

/// Where a sealed thing stands. Moved to another place, it does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    pub table: &'static str,
    /// What names the row within its tenant, such as the bytes of its id.
    pub row: &'a [u8],
    /// The row's version, so that an older secret cannot be put back.
    pub version: i64,
}

impl TenantKey {
    /// A tenant's first key.
    #[must_use]
    pub fn generate(tenant: TenantId) -> Self {
        Self::of(tenant, FIRST_VERSION, SecretKey::random())
    }

    /// The platform's, in the place of a tenant that never is.
    pub(crate) fn of_platform(secret: SecretKey) -> Self {
        Self::of(TenantId::from_bytes([0; 16]), FIRST_VERSION, secret)
    }

    pub(crate) fn of(tenant: TenantId, version: u8, secret: SecretKey) -> Self {
        Self(Arc::new(Inner {
            tenant,
            version,
            secret,
        }))
    }

    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.0.tenant
    }

    /// Which of the tenant's keys this is; sealed bytes carry it.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.0.version
    }

    /// Bytes that only this key opens, at this place only. They are 42 more than the plaintext.
    #[must_use]
    pub fn seal(&self, place: Place<'_>, plaintext: &[u8]) -> Vec<u8> {
        let header = Self::header(self.version());
        self.at(place, |parts| seal(self.secret(), &header, parts, plaintext))
    }

    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let header = Self::header(self.version());
        self.at(place, |parts| open(self.secret(), &header, parts, sealed))
    }

    pub(crate) fn header(version: u8) -> [u8; 2] {
        [FORMAT, version]
    }

    pub(crate) fn secret(&self) -> &SecretKey {
        &self.0.secret
    }

    fn at<T>(&self, place: Place<'_>, work: impl FnOnce(&[&[u8]]) -> T) -> T {
        work(&[
            self.0.tenant.as_bytes(),
            place.table.as_bytes(),
            place.row,
            &place.version.to_be_bytes(),
        ])
    }
}

impl fmt::Debug for TenantKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantKey")
            .field("tenant", &self.0.tenant)
            .field("version", &self.0.version)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    /// An empty row's id would be the same bytes as an empty table's name, were their bounds not covered.
    const TABLES: [&str; 4] = ["", "a", "ab", "channels"];

    fn key(tenant: u128, version: u8) -> TenantKey {
        let secret = SecretKey::filled(|bytes| bytes.fill(7));
        TenantKey::of(TenantId::from_uuid(Uuid::from_u128(tenant)), version, secret)
    }

    #[derive(Debug, Clone, PartialEq)]
    struct Somewhere {
        tenant: u128,
        key_version: u8,
        table: &'static str,
        row: String,
        version: i64,
    }

    impl Somewhere {
        fn key(&self) -> TenantKey {
            key(self.tenant, self.key_version)
        }

        fn place(&self) -> Place<'_> {
            Place {
                table: self.table,
                row: self.row.as_bytes(),
                version: self.version,
            }
        }
    }

    prop_compose! {
        /// From few enough values that two of them are often the same but for one.
        fn any_place()(
            tenant in 0..3_u128,
            key_version in 1..3_u8,
            table in prop::sample::select(&TABLES),
            row in "[ab]{0,3}",
            version in 0..3_i64,
        ) -> Somewhere {
            Somewhere { tenant, key_version, table, row, version }
        }
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_at_its_place_only(sealed_at in any_place(), opened_at in any_place(), text: Vec<u8>) {
            let sealed = sealed_at.key().seal(sealed_at.place(), &text);
            prop_assert_eq!(sealed_at.key().open(sealed_at.place(), &sealed), Ok(text));
            let opened = opened_at.key().open(opened_at.place(), &sealed);
            prop_assert_eq!(opened.is_ok(), sealed_at == opened_at);
        }

        #[test]
        fn any_flipped_bit_is_refused(text in prop::collection::vec(any::<u8>(), 0..20)) {
            let key = key(1, 1);
            let place = Place { table: "channels", row: b"1", version: 1 };
            let sealed = key.seal(place, &text);
            prop_assert_eq!(sealed.len(), text.len() + 42);
            for bit in 0..sealed.len() * 8 {
                let mut flipped = sealed.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                prop_assert_eq!(key.open(place, &flipped), Err(SealError));
            }
            for length in 0..sealed.len() {
                prop_assert_eq!(key.open(place, &sealed[..length]), Err(SealError));
            }
        }
    }

    #[test]
    fn the_same_text_is_sealed_differently_each_time_and_keys_are_not_printed() {
        let key = TenantKey::generate(TenantId::from_uuid(Uuid::from_u128(1)));
        let place = Place {
            table: "channels",
            row: b"1",
            version: 1,
        };
        assert_ne!(key.seal(place, b"secret"), key.seal(place, b"secret"));
        assert!(!format!("{key:?}").contains("secret"));
    }
}
