//! What the platform does by itself that is no module's: stores that nobody moves any more are opened again.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use stoa_db::{Db, DbResult, Job};
use stoa_jobs::{JobKind, PlatformJobKind, Timing};

const MINUTE: Duration = Duration::from_secs(60);

#[derive(Debug, Serialize, Deserialize)]
struct LiftFences;

impl Job for LiftFences {
    const KIND: &'static str = "stores.unfence";
}

pub(crate) fn lift_fences() -> PlatformJobKind {
    JobKind::of_platform(|running, _: LiftFences| async move { Ok(lift_abandoned(running.store()).await?) })
        .recurring(Timing::Every(MINUTE))
}

/// Opens stores that were being moved when that broke off.
pub(crate) async fn lift_abandoned(db: &Db) -> DbResult<()> {
    for tenant in db.lift_abandoned_fences().await? {
        tracing::warn!(%tenant, "a store that was being moved when that broke off is open again");
    }
    Ok(())
}
