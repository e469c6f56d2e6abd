//! Lists in pages: a limit, and an opaque cursor that works only for the tenant that got it.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use stoa_core::{ErrorKind, FieldErrors, TenantId};
use utoipa::{IntoParams, ToSchema};

use crate::ApiError;

const DEFAULT_LIMIT: u32 = 20;
const MAX_LIMIT: u32 = 100;
const CHECKSUM: usize = 8;

/// The query of every list. May stand inside another query with `#[serde(flatten)]`.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// How many items at most: 1 to 100, 20 unless said.
    #[serde(default, deserialize_with = "number")]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, example = 20)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(example = "eyJvcGFxdWUi")]
    pub after: Option<String>,
}

/// A list query that has been checked: how many items after which sort key.
#[derive(Debug, Clone)]
pub struct ListRequest<K> {
    pub limit: usize,
    pub after: Option<K>,
    tenant: TenantId,
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// For `after`, to get the next page; null on the last one.
    #[schema(example = "eyJvcGFxdWUi")]
    pub next: Option<String>,
}

/// A place in a list: the sort key of the last item seen, for one tenant.
///
/// It is checked against damage, not against forgery: a forged one names another place in the same tenant's list, which
/// its holder may see anyway. The tenant always comes from the request.
#[derive(Debug, Clone, Copy)]
pub struct Cursor;

impl ListQuery {
    /// Checks the limit (422) and the cursor (400 `request.cursor`).
    pub fn parse<K: DeserializeOwned>(&self, tenant: TenantId) -> Result<ListRequest<K>, ApiError> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            let mut errors = FieldErrors::new();
            errors.add("limit", "list.limit", format!("must be 1 to {MAX_LIMIT}"));
            return Err(errors.into());
        }
        let after = self
            .after
            .as_deref()
            .map(|text| Cursor::decode(tenant, text))
            .transpose()?;
        Ok(ListRequest {
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            after,
            tenant,
        })
    }
}

impl<K: Serialize> ListRequest<K> {
    /// What to ask the store for: one more than is shown tells whether there is a next page.
    #[must_use]
    pub fn fetch(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// The page of what [`fetch`](Self::fetch) brought; `key` is what the list is sorted by.
    #[must_use]
    pub fn page<T>(&self, mut items: Vec<T>, key: impl Fn(&T) -> K) -> Page<T> {
        let has_next = items.len() > self.limit;
        items.truncate(self.limit);
        let last = items.last().filter(|_| has_next);
        let next = last.map(|item| Cursor::encode(self.tenant, &key(item)));
        Page { items, next }
    }
}

impl<T> Page<T> {
    /// The same page with its items shown otherwise.
    #[must_use]
    pub fn map<U>(self, show: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(show).collect(),
            next: self.next,
        }
    }
}

impl Cursor {
    #[must_use]
    pub fn encode<K: Serialize>(tenant: TenantId, key: &K) -> String {
        let mut bytes = serde_json::to_vec(&(tenant, key)).unwrap_or_default();
        let sum = checksum(&bytes);
        bytes.extend(sum);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// 400 `request.cursor` for another tenant's, a damaged one, or one of another list.
    pub fn decode<K: DeserializeOwned>(tenant: TenantId, text: &str) -> Result<K, ApiError> {
        Self::open(text)
            .filter(|(owner, _)| *owner == tenant)
            .map(|(_, key)| key)
            .ok_or_else(|| {
                ApiError::new(
                    ErrorKind::BadRequest,
                    "request.cursor",
                    "This cursor is not one of this list; start again without it.",
                )
            })
    }

    fn open<K: DeserializeOwned>(text: &str) -> Option<(TenantId, K)> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (body, sum) = bytes.split_last_chunk::<CHECKSUM>()?;
        (checksum(body) == *sum)
            .then(|| serde_json::from_slice(body).ok())
            .flatten()
    }
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut sum = [0; CHECKSUM];
    let digest = Sha256::new()
        .chain_update(b"stoa cursor 1")
        .chain_update(bytes)
        .finalize();
    sum.copy_from_slice(&digest[..CHECKSUM]);
    sum
}

/// Queries are text; inside a flattened struct serde does not make numbers of it.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let text = Cow::<'de, str>::deserialize(deserializer)?;
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use stoa_core::{SiteId, Timestamp};

    use super::*;

    fn tenant(number: u128) -> TenantId {
        TenantId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn query(query: &str) -> Option<ListQuery> {
        let uri = http::Uri::try_from(format!("/?{query}")).ok()?;
        axum::extract::Query::try_from_uri(&uri).ok().map(|query| query.0)
    }

    #[track_caller]
    fn check_limit(text: &str, expected: Option<usize>) {
        let parsed = query(text).and_then(|query| query.parse::<i64>(tenant(1)).ok());
        assert_eq!(parsed.map(|list| list.limit), expected, "{text}");
    }

    #[test]
    fn limits_are_one_to_a_hundred() {
        check_limit("", Some(20));
        check_limit("limit=1", Some(1));
        check_limit("limit=100", Some(100));
        check_limit("limit=0", None);
        check_limit("limit=101", None);
        check_limit("limit=-1", None);
        check_limit("limit=ten", None);
    }

    #[track_caller]
    fn check_cursor(cursor: &str, expected: Option<i64>) {
        let decoded = Cursor::decode::<i64>(tenant(1), cursor);
        assert_eq!(decoded.as_ref().ok().copied(), expected, "{cursor}");
        assert!(decoded.is_ok() || decoded.is_err_and(|error| error.code() == "request.cursor"));
    }

    /// ATK-O6: a cursor leads nowhere but on in the list that it is from.
    #[test]
    fn cursors_work_for_the_tenant_that_got_them() {
        let cursor = Cursor::encode(tenant(1), &7_i64);
        check_cursor(&cursor, Some(7));
        check_cursor(&Cursor::encode(tenant(2), &7_i64), None);
        check_cursor(&Cursor::encode(tenant(1), &"seven"), None);
        check_cursor("", None);
        check_cursor("!", None);
        check_cursor(&cursor[1..], None);
        check_cursor(&format!("{cursor}A"), None);
        for place in 0..cursor.len() {
            let other = if cursor.as_bytes()[place] == b'A' {
                "B"
            } else {
                "A"
            };
            let mut tampered = cursor.clone();
            tampered.replace_range(place..=place, other);
            check_cursor(&tampered, None);
        }
    }

    #[test]
    fn keys_of_several_columns_come_back() {
        let key = (
            Timestamp::from_micros(1_700_000_000_123_456),
            SiteId::from_uuid(uuid::Uuid::from_u128(9)),
        );
        let cursor = Cursor::encode(tenant(1), &key);
        assert_eq!(
            Cursor::decode::<(Timestamp, SiteId)>(tenant(1), &cursor).ok(),
            Some(key)
        );
    }

    #[test]
    fn a_page_has_a_next_one_when_more_was_found() {
        let list = ListRequest {
            limit: 2,
            after: None,
            tenant: tenant(1),
        };
        assert_eq!(list.fetch(), 3);
        let page = list.page(vec![1_i64, 2, 3], |item| *item);
        assert_eq!(page.items, [1, 2]);
        let next = page
            .next
            .and_then(|next| Cursor::decode::<i64>(tenant(1), &next).ok());
        assert_eq!(next, Some(2));
        assert_eq!(list.page(vec![1_i64, 2], |item| *item).next, None);
    }
}
