//! Finds a business by its slug, for the operator.

use stoa_core::Slug;
use stoa_db::{DbResult, PlatformCx};

use crate::{Tenant, store::tenants};

/// The tenant with that slug, whatever its status.
pub async fn find_tenant(cx: &mut PlatformCx, slug: &Slug) -> DbResult<Option<Tenant>> {
    match tenants::id_by_slug(cx, slug).await? {
        Some(id) => tenants::tenant(cx, id).await,
        None => Ok(None),
    }
}
