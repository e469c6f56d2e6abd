//! Lists: a page of items and the cursor of the next one.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use stoa_core::{ErrorKind, TenantId};
use utoipa::{IntoParams, ToSchema};

use crate::ApiError;

const DEFAULT: u32 = 20;
const MOST: u32 = 100;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Sent back as `after`, it yields the next page; null on the last.
    pub next: Option<String>,
}

/// What a list is asked for.
#[derive(Debug, Default, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// How many items, 1 to 100; 20 unless told.
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<String>,
}

impl ListQuery {
    #[must_use]
    pub fn new(limit: Option<u32>, after: Option<String>) -> Self {
        Self { limit, after }
    }

    pub fn limit(&self) -> Result<u32, ApiError> {
        let limit = self.limit.unwrap_or(DEFAULT);
        if (1..=MOST).contains(&limit) {
            return Ok(limit);
        }
        let detail = format!("limit must be 1 to {MOST}");
        Err(ApiError::new(ErrorKind::BadRequest, "request.limit", detail))
    }

    /// The sort keys of the last item of the page before. A cursor of another tenant is refused.
    pub fn after<K: CursorKeys>(&self, tenant: TenantId) -> Result<Option<K>, ApiError> {
        let Some(text) = &self.after else { return Ok(None) };
        let refused = || {
            ApiError::new(
                ErrorKind::BadRequest,
                "request.cursor",
                "after must be the next of a page of this list",
            )
        };
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| refused())?;
        let (owner, keys): (TenantId, K) = serde_json::from_slice(&bytes).map_err(|_| refused())?;
        if owner == tenant {
            Ok(Some(keys))
        } else {
            Err(refused())
        }
    }
}

/// What a list is sorted by.
pub trait CursorKeys: Serialize + for<'de> Deserialize<'de> {}

impl<K: Serialize + for<'de> Deserialize<'de>> CursorKeys for K {}

impl<T> Page<T> {
    /// Cuts `found`, which holds one more than `limit` when there is a next page.
    #[must_use]
    pub fn cut<R, K: CursorKeys>(
        tenant: TenantId,
        limit: u32,
        mut found: Vec<R>,
        keys: impl Fn(&R) -> K,
        view: impl Fn(R) -> T,
    ) -> Self {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = found.len() > most;
        found.truncate(most);
        let next = found
            .last()
            .filter(|_| more)
            .map(|last| cursor(tenant, &keys(last)));
        Self {
            items: found.into_iter().map(view).collect(),
            next,
        }
    }
}

fn cursor<K: CursorKeys>(tenant: TenantId, keys: &K) -> String {
    // Ids, instants and numbers always serialise.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&(tenant, keys)).unwrap_or_default())
}
