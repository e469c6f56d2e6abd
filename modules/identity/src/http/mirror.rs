//! Shows in a tenant's own journal what the platform's journal says about it.

use stoa_core::Permission;
use stoa_db::Event;
use stoa_http::Scope;

/// The change stands in the platform's journal already, so that a failure here undoes nothing.
pub(crate) async fn mirror<P: Permission, E: Event>(scope: &Scope<P>, event: Option<&E>) {
    let Some(event) = event else { return };
    let mirrored = async {
        let mut cx = scope.begin().await?;
        cx.record(event);
        cx.commit().await
    };
    if let Err(error) = mirrored.await {
        tracing::error!(%error, kind = E::KIND, "a change is missing in the tenant's journal");
    }
}
