//! Lists in pages: filters, an order, a limit, and an opaque cursor to the next page.

mod query;

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::{Serialize, de::DeserializeOwned};
use stoa_core::FieldErrors;
use stoa_db::Stretch;
use utoipa::{IntoParams, ToSchema};

use crate::{ApiError, Cursors, HttpState};

/// What a list may be asked for: the fields of its query are its filters.
pub trait Listing: DeserializeOwned + IntoParams + Send {
    /// What `?sort=` takes; the first is the order of a list that nobody sorts. In this order stand the alternatives of
    /// the statement that reads it.
    const SORTS: &'static [&'static str];
    type Filter: Send;
    type Item;
    /// What the list is sorted by. No two items share one.
    type Key: Serialize + DeserializeOwned + Send;

    fn filter(self) -> Result<Self::Filter, FieldErrors>;

    fn key(item: &Self::Item, sort: &str) -> Self::Key;
}

/// What is asked of a list, checked. Stands behind the extractor that says who asks.
///
/// Everything that the query has wrong is told at once, 422 `request.invalid`. A cursor of another tenant, list, order or
/// filter is 400 `request.cursor`.
#[derive(Debug)]
pub struct List<Q: Listing> {
    pub filter: Q::Filter,
    /// What to ask the store for: one more than is shown tells whether there is a next page.
    pub stretch: Stretch<Q::Key>,
    sort: &'static str,
    limit: usize,
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

impl<Q: Listing> List<Q> {
    fn parse(query: &str, cursors: &Cursors) -> Result<Self, ApiError> {
        let mut errors = FieldErrors::new();
        let mut asked = query::read::<Q>(query, &mut errors)?;
        let limit = query::limit(asked.remove(query::LIMIT), &mut errors);
        let order = query::order(asked.remove(query::SORT), Q::SORTS, &mut errors);
        let after = asked.remove(query::AFTER);
        let filter = Self::filter(&asked, &mut errors)?;
        let (limit, (order, sort), filter) = errors.finish((limit, order, filter))?;
        let cursors = cursors.narrowed(sort, &asked);
        let after = after.map(|cursor| cursors.read(&cursor)).transpose()?;
        let fetched = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        Ok(Self {
            filter,
            stretch: Stretch {
                order,
                after,
                limit: fetched,
            },
            sort,
            limit,
            cursors,
        })
    }

    fn filter(
        asked: &BTreeMap<String, String>,
        errors: &mut FieldErrors,
    ) -> Result<Option<Q::Filter>, ApiError> {
        let filter = query::typed::<Q>(asked)?.filter();
        Ok(filter.map_err(|wrong| errors.extend(wrong)).ok())
    }

    /// The page of what was read for the [`stretch`](Self::stretch).
    #[must_use]
    pub fn page(&self, mut items: Vec<Q::Item>) -> Page<Q::Item> {
        let has_next = items.len() > self.limit;
        items.truncate(self.limit);
        let last = items.last().filter(|_| has_next);
        let next = last.map(|item| self.cursors.write(&Q::key(item, self.sort)));
        Page { items, next }
    }
}

impl<Q: Listing> FromRequestParts<HttpState> for List<Q> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &HttpState) -> Result<Self, ApiError> {
        let cursors = parts.extensions.get::<Cursors>();
        let cursors =
            cursors.ok_or_else(|| ApiError::internal("a list was asked before who asks was known"))?;
        Self::parse(parts.uri.query().unwrap_or_default(), cursors)
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

#[cfg(test)]
mod tests;
