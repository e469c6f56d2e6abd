//! What recurs is done once each time.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use stoa_core::{Actor, Feature};
use stoa_db::Job;
use stoa_jobs::{JobKind, Timing};

use crate::{active, enqueue, marking, marks, on_both_engines, wakeup, write_mark};

#[derive(Serialize, Deserialize)]
struct Sweep;

impl Job for Sweep {
    const KIND: &'static str = "marks.sweep";
}

/// Leaves a mark at four o'clock in Dhaka, which is 22:00 UTC.
fn sweeping() -> JobKind {
    JobKind::of(|running, _: Sweep| async move {
        let mut cx = running.begin().await?;
        write_mark(&mut cx, "swept").await?;
        running.complete(&mut cx, None).await?;
        Ok(cx.commit().await?)
    })
    .recurring(Timing::Daily { hour: 4, minute: 0 })
}

on_both_engines! {
    async fn recurs_each_day_by_the_business_s_clocks(platform: Platform) {
        let tenant = platform.tenant().await;
        enqueue(&tenant, "first").await;
        let runner = platform.runner(vec![marking(), sweeping()]);
        let tenants = [tenant.tenant()];
        runner.run_due(&tenants).await.unwrap();
        assert_eq!(marks(&tenant).await, ["first"]);
        let next = wakeup(&platform.db, tenant.tenant()).await.unwrap();
        assert!(next <= "2026-11-21T22:00:00Z".parse().unwrap(), "{next}");
        platform.clock.advance(Duration::from_secs(10 * 60 * 60));
        assert_eq!(runner.run_due(&tenants).await.unwrap(), 1);
        assert_eq!(runner.run_due(&tenants).await.unwrap(), 0);
        // What was missed for three days is done once.
        platform.clock.advance(Duration::from_secs(3 * 24 * 60 * 60));
        assert_eq!(runner.run_due(&tenants).await.unwrap(), 1);
        assert_eq!(marks(&tenant).await, ["first", "swept", "swept"]);
    }

    /// FLT-11: with clocks ten minutes fast and ten minutes slow, what recurs is done once a day.
    async fn clocks_that_jump_do_it_once(platform: Platform) {
        let tenant = platform.tenant().await;
        enqueue(&tenant, "first").await;
        let tenants = [tenant.tenant()];
        let kinds = || vec![marking(), sweeping()];
        platform.runner(kinds()).run_due(&tenants).await.unwrap();
        let (fast, _) = platform.node("2026-11-21T22:05:00Z").await;
        let (slow, hand) = platform.node("2026-11-21T21:45:00Z").await;
        assert_eq!(platform.runner_of(&fast, kinds()).run_due(&tenants).await.unwrap(), 1);
        let slow_runner = platform.runner_of(&slow, kinds());
        // Set back: due again by this clock at 22:00, but done already.
        for _ in 0..4 {
            assert_eq!(slow_runner.run_due(&tenants).await.unwrap(), 0);
            hand.advance(Duration::from_secs(10 * 60));
        }
        assert_eq!(marks(&tenant).await, ["first", "swept"]);
        hand.advance(Duration::from_secs(24 * 60 * 60));
        assert_eq!(slow_runner.run_due(&tenants).await.unwrap(), 1);
    }

    async fn with_its_feature_off_nothing_recurs(platform: Platform) {
        let tenant = platform.tenant().await;
        let tenants = [tenant.tenant()];
        tenant.begin().await.unwrap().commit().await.unwrap();
        platform.runner(vec![sweeping()]).run_due(&tenants).await.unwrap();
        platform.set_standing(tenant.tenant(), active(&[Feature::Cms]));
        platform.clock.advance(Duration::from_secs(10 * 60 * 60));
        assert_eq!(platform.runner(vec![sweeping()]).run_due(&tenants).await.unwrap(), 0);
        let store = platform.db.tenant(tenant.tenant(), Actor::System);
        assert_eq!(marks(&store).await, Vec::<String>::new());
    }
}
