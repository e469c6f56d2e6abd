//! What commerce does by itself: old carts go.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use stoa_db::Job;
use stoa_jobs::{JobKind, Timing};

use crate::store;

/// A cart that nobody has touched for so long is forgotten; whoever ordered it keeps the order's own link.
const KEPT: Duration = Duration::from_secs(60 * 24 * 60 * 60);

#[derive(Debug, Serialize, Deserialize)]
struct ForgetCarts;

impl Job for ForgetCarts {
    const KIND: &'static str = "carts.forget";
}

/// At night, by the shop's own clocks.
pub(crate) fn forget_carts() -> JobKind {
    JobKind::of(|running, _: ForgetCarts| async move {
        let mut cx = running.begin().await?;
        let before = cx.now().minus(KEPT);
        let forgotten = store::delete_carts(&mut cx, before).await?;
        running.complete(&mut cx, Some(forgotten.into())).await?;
        Ok(cx.commit().await?)
    })
    .recurring(Timing::Daily { hour: 4, minute: 0 })
}
