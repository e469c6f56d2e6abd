//! A tenant is looked at as long as something may be left to do there, and no longer.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt;
use stoa_core::Actor;
use stoa_db::jobs::{JobState, Node};
use stoa_jobs::JobKind;
use tokio::sync::{Notify, oneshot};

use crate::{Engine, Mark, Platform, enqueue, job, marking, marks, on_both_engines, states, wakeup};

on_both_engines! {
    async fn is_written_before_the_store_is(platform: Platform) {
        let tenant = platform.tenant().await;
        let cx = tenant.begin().await.unwrap();
        // What is committed now is found within half a minute, whoever crashes.
        let found = wakeup(&platform.db, tenant.tenant()).await.unwrap();
        assert!(found <= cx.now().plus(Duration::from_secs(30)), "{found}");
    }

    async fn is_kept_until_nobody_can_be_writing(platform: Platform) {
        let tenant = platform.tenant().await;
        let tenants = [tenant.tenant()];
        let runner = platform.runner(Vec::new());
        tenant.begin().await.unwrap().commit().await.unwrap();
        runner.run_due(&tenants).await.unwrap();
        assert!(wakeup(&platform.db, tenant.tenant()).await.is_some());
        platform.clock.advance(Duration::from_secs(91));
        runner.run_due(&tenants).await.unwrap();
        assert_eq!(wakeup(&platform.db, tenant.tenant()).await, None);
        // The next write makes it anew.
        tenant.begin().await.unwrap().commit().await.unwrap();
        assert!(wakeup(&platform.db, tenant.tenant()).await.is_some());
    }

    async fn waits_for_what_is_due_later(platform: Platform) {
        let tenant = platform.tenant().await;
        let tenants = [tenant.tenant()];
        let mut cx = tenant.begin().await.unwrap();
        let due = cx.now().plus(Duration::from_secs(3600));
        let mark = Mark { word: "later".to_owned(), unique: false };
        cx.enqueue_at(&mark, due).await.unwrap();
        cx.commit().await.unwrap();
        let runner = platform.runner(vec![marking()]);
        platform.clock.advance(Duration::from_secs(91));
        assert_eq!(runner.run_due(&tenants).await.unwrap(), 0);
        assert_eq!(wakeup(&platform.db, tenant.tenant()).await, Some(due));
        platform.clock.advance(Duration::from_secs(3600));
        assert_eq!(runner.run_due(&tenants).await.unwrap(), 1);
    }

    async fn what_a_command_leaves_is_handed_over(platform: Platform) {
        let tenant = platform.tenant().await;
        enqueue(&tenant, "left").await;
        let before = wakeup(&platform.db, tenant.tenant()).await.unwrap();
        platform.db.hand_over().await.unwrap();
        let after = wakeup(&platform.db, tenant.tenant()).await.unwrap();
        assert!(after < before && after <= platform.db.clock().now(), "{before} {after}");
    }

    async fn is_made_again_for_what_was_under_way_for_long(platform: Platform) {
        let tenant = platform.tenant().await;
        let runner = platform.runner(vec![marking()]);
        for is_handed_over in [false, true] {
            let mut cx = tenant.begin().await.unwrap();
            platform.clock.advance(Duration::from_secs(91));
            let lease = platform.db.lease_tenant(Node::new(), tenant.tenant()).await.unwrap().unwrap();
            platform.db.release(lease, None).await.unwrap();
            assert_eq!(wakeup(&platform.db, tenant.tenant()).await, None);
            cx.enqueue(&Mark { word: "late".to_owned(), unique: false }).await.unwrap();
            cx.commit().await.unwrap();
            if is_handed_over {
                platform.db.hand_over().await.unwrap();
                let due = wakeup(&platform.db, tenant.tenant()).await;
                assert!(due.is_some_and(|due| due <= platform.db.clock().now()), "{due:?}");
            }
            assert_eq!(runner.run_due(&[tenant.tenant()]).await.unwrap(), 1);
            platform.clock.advance(Duration::from_secs(91));
        }
    }

    async fn a_commit_that_nobody_waits_for_is_heard_of(platform: Platform) {
        let tenant = platform.tenant().await;
        let mut cx = tenant.begin().await.unwrap();
        cx.enqueue(&Mark { word: "left".to_owned(), unique: false }).await.unwrap();
        let _ = cx.commit().now_or_never();
        platform.db.jobs_are_due().await;
        assert_eq!(platform.db.take_due_tenants(), [tenant.tenant()]);
        assert_eq!(states(&tenant).await, [JobState::Waiting]);
    }
}

/// Done without anybody asking, and when the process is to end, let end: the runner as a server has it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_does_what_comes_and_ends_with_what_is_under_way() {
    let platform = Platform::start(Engine::Sqlite).await;
    let tenant = platform.tenant().await;
    let (there, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (reached, let_go) = (Arc::clone(&there), Arc::clone(&go_on));
    let kind = JobKind::of(move |running, mark: Mark| {
        let (reached, let_go) = (Arc::clone(&reached), Arc::clone(&let_go));
        async move {
            reached.notify_one();
            let_go.notified().await;
            let mut cx = running.begin().await?;
            crate::write_mark(&mut cx, &mark.word).await?;
            running.complete(&mut cx, None).await?;
            Ok(cx.commit().await?)
        }
    });
    let runner = platform.runner(vec![kind]);
    let (end, ended) = oneshot::channel::<()>();
    let running = tokio::spawn(async move {
        runner
            .run(async {
                let _ = ended.await;
                // Not before: the job would end, and the next begin, before the runner knows.
                go_on.notify_one();
            })
            .await;
    });
    let (first, second) = (enqueue(&tenant, "first").await, enqueue(&tenant, "second").await);
    there.notified().await;
    drop(end);
    running.await.unwrap();
    assert_eq!(marks(&tenant).await, ["first"]);
    assert_eq!(job(&tenant, first).await.state, JobState::Done);
    assert_eq!(job(&tenant, second).await.state, JobState::Waiting);
    // The lease was given back: another takes it at once.
    let next = platform.runner(vec![marking()]);
    assert_eq!(next.run_due(&[tenant.tenant()]).await.unwrap(), 1);
    let store = platform.db.tenant(tenant.tenant(), Actor::System);
    assert_eq!(marks(&store).await, ["first", "second"]);
}
