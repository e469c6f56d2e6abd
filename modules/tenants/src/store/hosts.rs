//! Reads and writes hosts: the labels and domains that lead to a tenant's websites.

use stoa_core::{SiteId, TenantId};
use stoa_db::{DbResult, PlatformCx, control_sql};

use crate::TenantError;

/// The table `hosts`; its rows belong to one tenant each.
pub(crate) struct Hosts;

impl Hosts {
    /// Which website a host shows. A subdomain is kept as its label alone, a custom domain as its full name.
    pub(crate) async fn by_host(cx: &mut PlatformCx, host: &str) -> DbResult<Option<(TenantId, SiteId)>> {
        cx.sql(control_sql!(
            "SELECT tenant_id, site_id FROM hosts WHERE host = $1"
        ))
        .bind(host)
        .optional()
        .await
    }

    pub(crate) async fn insert(
        cx: &mut PlatformCx,
        tenant: TenantId,
        host: &str,
        site: SiteId,
    ) -> Result<(), TenantError> {
        let now = cx.now();
        let inserted = cx
            .sql(control_sql!(
                "INSERT INTO hosts (host, tenant_id, site_id, created_at) VALUES ($1, $2, $3, $4)"
            ))
            .bind(host)
            .bind(tenant)
            .bind(site)
            .bind(now)
            .execute()
            .await;
        match inserted {
            Ok(_) => Ok(()),
            Err(error) if error.violates("hosts_host_key") => Err(TenantError::SlugTaken),
            Err(error) => Err(error.into()),
        }
    }
}
