//! Shows in a tenant's own journal what the platform's says about it.

use super::TenantDb;
use crate::Event;

impl TenantDb {
    /// The change stands in the platform's journal already, so that a failure here undoes nothing.
    pub async fn mirror<E: Event>(&self, event: &E) {
        let mirrored = async {
            let mut cx = self.begin().await?;
            cx.record(event);
            cx.commit().await
        };
        if let Err(error) = mirrored.await {
            let tenant = self.tenant;
            tracing::error!(%tenant, %error, kind = E::KIND, "a change is missing in the tenant's journal");
        }
    }
}
