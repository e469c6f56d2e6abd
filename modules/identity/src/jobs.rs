//! What identity does by itself: sessions that have ended go.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use stoa_db::Job;
use stoa_jobs::{JobKind, PlatformJobKind, Timing};

use crate::store::sessions::Sessions;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// Browsers' sessions, and those that programs' tokens name.
#[derive(Debug, Serialize, Deserialize)]
struct ForgetSessions;

impl Job for ForgetSessions {
    const KIND: &'static str = "sessions.forget";
}

pub(crate) fn forget_sessions() -> PlatformJobKind {
    JobKind::of_platform(|running, _: ForgetSessions| async move {
        let mut cx = running.begin().await?;
        let forgotten = Sessions::delete_all_expired(&mut cx).await?;
        running.complete(&mut cx, Some(forgotten.into())).await?;
        Ok(cx.commit().await?)
    })
    .recurring(Timing::Every(HOUR))
}
