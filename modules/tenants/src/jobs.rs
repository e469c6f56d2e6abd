//! What the platform does about tenants by itself: creations that were cut short are finished.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use stoa_db::Job;
use stoa_jobs::{JobError, JobKind, PlatformJobKind, Timing};

use crate::service::finish_provisioning::finish_provisioning;

/// How often they are looked for, and how old one is that is no longer under way.
const MINUTE: Duration = Duration::from_secs(60);

#[derive(Debug, Serialize, Deserialize)]
struct FinishCreations;

impl Job for FinishCreations {
    const KIND: &'static str = "tenants.finish";
}

pub(crate) fn finish_creations() -> PlatformJobKind {
    JobKind::of_platform(|running, _: FinishCreations| async move {
        let finished = finish_provisioning(running.store(), MINUTE).await;
        finished
            .map(drop)
            .map_err(|error| JobError::Again(error.to_string()))
    })
    .recurring(Timing::Every(MINUTE))
}
