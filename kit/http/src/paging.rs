//! Lists in pages: a limit, and an opaque cursor to the next page.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use stoa_core::FieldErrors;
use utoipa::{IntoParams, ToSchema};

use crate::{ApiError, Cursors};

const DEFAULT_LIMIT: u32 = 20;
const MAX_LIMIT: u32 = 100;

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
    cursors: Cursors,
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// For `after`, to get the next page; null on the last one.
    #[schema(example = "eyJvcGFxdWUi")]
    pub next: Option<String>,
}

impl ListQuery {
    /// Checks the limit (422) and the cursor (400 `request.cursor`).
    pub fn parse<K: DeserializeOwned>(&self, cursors: &Cursors) -> Result<ListRequest<K>, ApiError> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            let mut errors = FieldErrors::new();
            errors.add("limit", "list.limit", format!("must be 1 to {MAX_LIMIT}"));
            return Err(errors.into());
        }
        let after = self
            .after
            .as_deref()
            .map(|cursor| cursors.read(cursor))
            .transpose()?;
        Ok(ListRequest {
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            after,
            cursors: cursors.clone(),
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
        let next = last.map(|item| self.cursors.write(&key(item)));
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

/// Queries are text; inside a flattened struct serde does not make numbers of it.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let text = Cow::<'de, str>::deserialize(deserializer)?;
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cursor::tests::cursors;

    fn query(query: &str) -> Option<ListQuery> {
        let uri = http::Uri::try_from(format!("/?{query}")).ok()?;
        axum::extract::Query::try_from_uri(&uri).ok().map(|query| query.0)
    }

    #[track_caller]
    fn check_limit(text: &str, expected: Option<usize>) {
        let parsed = query(text).and_then(|query| query.parse::<i64>(&cursors()).ok());
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

    #[test]
    fn a_page_has_a_next_one_when_more_was_found() {
        let list = ListRequest {
            limit: 2,
            after: None,
            cursors: cursors(),
        };
        assert_eq!(list.fetch(), 3);
        let page = list.page(vec![1_i64, 2, 3], |item| *item);
        assert_eq!(page.items, [1, 2]);
        let next = page.next.and_then(|next| cursors().read::<i64>(&next).ok());
        assert_eq!(next, Some(2));
        assert_eq!(list.page(vec![1_i64, 2], |item| *item).next, None);
    }
}
