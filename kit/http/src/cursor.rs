//! Cursors: signed places in one list of one tenant, worth nothing anywhere else.

use std::{collections::BTreeMap, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::request::Parts;
use serde::{Serialize, de::DeserializeOwned};
use stoa_core::ErrorKind;
use stoa_vault::{DerivedKey, Purpose, Vault};
use uuid::Uuid;

use crate::{ApiError, HttpState};

/// 128 bits of the signature: cursors stay short, and nobody guesses one.
const SIGNATURE: usize = 16;

/// Writes and reads the cursors of the list that a request asks for. A cursor is the sort key of the last item seen, and
/// of one owner, path, order and filter.
#[derive(Debug, Clone)]
pub struct Cursors {
    vault: Vault,
    /// The tenant, or the person whose own the list is.
    owner: Uuid,
    /// The list's path, and how it is narrowed and sorted.
    list: Arc<str>,
}

impl Cursors {
    pub(crate) fn of(parts: &Parts, state: &HttpState, owner: Uuid) -> Self {
        Self {
            vault: state.vault().clone(),
            owner,
            list: parts.uri.path().into(),
        }
    }

    /// Those of the same list in one order and under these filters.
    pub(crate) fn narrowed(&self, sort: &str, filters: &BTreeMap<String, String>) -> Self {
        let filters = serde_urlencoded::to_string(filters).unwrap_or_default();
        Self {
            list: format!("{}?sort={sort}&{filters}", self.list).into(),
            ..self.clone()
        }
    }

    #[must_use]
    pub fn write<K: Serialize>(&self, key: &K) -> String {
        let key = serde_json::to_vec(key).unwrap_or_default();
        let signature = self.signing().sign(&self.signed(&key));
        URL_SAFE_NO_PAD.encode([&signature[..SIGNATURE], &key].concat())
    }

    /// 400 `request.cursor` for another owner's, one of another list, order or filter, a damaged one, one that was made up.
    pub fn read<K: DeserializeOwned>(&self, cursor: &str) -> Result<K, ApiError> {
        self.opened(cursor).ok_or_else(|| {
            ApiError::new(
                ErrorKind::BadRequest,
                "request.cursor",
                "This cursor is not one of this list with these filters in this order; start again without it.",
            )
        })
    }

    fn opened<K: DeserializeOwned>(&self, cursor: &str) -> Option<K> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (signature, key) = bytes.split_first_chunk::<SIGNATURE>()?;
        self.signing()
            .verifies(&self.signed(key), signature)
            .then(|| serde_json::from_slice(key).ok())
            .flatten()
    }

    fn signing(&self) -> &DerivedKey {
        self.vault.key(Purpose::Cursor)
    }

    fn signed<'a>(&'a self, key: &'a [u8]) -> [&'a [u8]; 3] {
        [self.owner.as_bytes(), self.list.as_bytes(), key]
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use stoa_core::{SiteId, Timestamp};
    use stoa_vault::MasterKey;

    use super::*;

    fn vault(byte: &str) -> Vault {
        let key = MasterKey::parse(&byte.repeat(32));
        Vault::new(&key.unwrap_or_else(|_| MasterKey::generate()))
    }

    /// Of one list of one tenant.
    pub(crate) fn cursors() -> Cursors {
        of(vault("5a"), 1, "/api/orders")
    }

    fn of(vault: Vault, owner: u128, list: &str) -> Cursors {
        Cursors {
            vault,
            owner: Uuid::from_u128(owner),
            list: list.into(),
        }
    }

    #[track_caller]
    fn check(cursor: &str, expected: Option<i64>) {
        let read = cursors().read::<i64>(cursor);
        assert_eq!(read.as_ref().ok().copied(), expected, "{cursor}");
        assert!(read.is_ok() || read.is_err_and(|error| error.code() == "request.cursor"));
    }

    /// ATK-O6: a cursor leads nowhere but on in the list that it is from.
    #[test]
    fn cursors_work_for_the_tenant_and_the_list_that_they_are_from() {
        let cursor = cursors().write(&7_i64);
        check(&cursor, Some(7));
        check(&of(vault("5a"), 2, "/api/orders").write(&7_i64), None);
        check(&of(vault("5a"), 1, "/api/products").write(&7_i64), None);
        check(&cursors().write(&"seven"), None);
        check(&of(vault("a5"), 1, "/api/orders").write(&7_i64), None);
        check("", None);
        check("!", None);
        check(&cursor[1..], None);
        check(&format!("{cursor}A"), None);
    }

    /// ATK-O6: a cursor that was tampered with is refused, whichever of its letters and bits was changed.
    #[test]
    fn a_cursor_with_anything_changed_is_refused() {
        let cursor = cursors().write(&7_000_i64);
        for place in 0..cursor.len() {
            let other = if cursor.as_bytes()[place] == b'A' {
                "B"
            } else {
                "A"
            };
            let mut tampered = cursor.clone();
            tampered.replace_range(place..=place, other);
            check(&tampered, None);
        }
        let bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap_or_default();
        assert_eq!(bytes.len(), SIGNATURE + "7000".len());
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            check(&URL_SAFE_NO_PAD.encode(flipped), None);
        }
    }

    #[test]
    fn keys_of_several_columns_come_back() {
        let key = (
            Timestamp::from_micros(1_700_000_000_123_456),
            SiteId::from_uuid(Uuid::from_u128(9)),
        );
        let cursors = of(vault("5a"), 1, "/api/sites");
        let read = cursors.read::<(Timestamp, SiteId)>(&cursors.write(&key));
        assert_eq!(read.ok(), Some(key));
    }
}
