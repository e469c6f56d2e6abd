//! What becomes of a job that fails, panics, hangs, or loses its worker.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use stoa_db::jobs::{JobState, Node};
use stoa_jobs::{JobError, JobKind};
use tokio::sync::Notify;

use crate::{
    Mark, enqueue, failing, job, lease, marking, marks, on_both_engines, states, wakeup, write_mark,
};

/// A kind whose first attempt waits in the middle; says when it is there, and is let go on.
fn waiting() -> (JobKind, Arc<Notify>, Arc<Notify>) {
    let (there, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (reached, let_go) = (Arc::clone(&there), Arc::clone(&go_on));
    let kind = JobKind::of(move |running, mark: Mark| {
        let (reached, let_go) = (Arc::clone(&reached), Arc::clone(&let_go));
        async move {
            if running.attempt() == 1 {
                reached.notify_one();
                let_go.notified().await;
            }
            let mut cx = running.begin().await?;
            write_mark(&mut cx, &mark.word).await?;
            running.complete(&mut cx, None).await?;
            Ok(cx.commit().await?)
        }
    });
    (kind, there, go_on)
}

on_both_engines! {
    async fn a_job_and_the_change_that_wants_it_are_there_or_neither(platform: Platform) {
        let tenant = platform.tenant().await;
        let mut cx = tenant.begin().await.unwrap();
        cx.enqueue(&Mark { word: "never".to_owned(), unique: false }).await.unwrap();
        drop(cx);
        let id = enqueue(&tenant, "done").await;
        assert_eq!(platform.runner(vec![marking()]).run_due(&[tenant.tenant()]).await.unwrap(), 1);
        assert_eq!(marks(&tenant).await, ["done"]);
        let done = job(&tenant, id).await;
        assert_eq!((done.state, done.attempts, done.result), (JobState::Done, 1, Some("done".into())));
    }

    async fn an_equal_one_that_waits_is_enough(platform: Platform) {
        let tenant = platform.tenant().await;
        let mark = Mark { word: "once".to_owned(), unique: true };
        for expected in [true, false] {
            let mut cx = tenant.begin().await.unwrap();
            assert_eq!(cx.enqueue(&mark).await.unwrap().is_some(), expected);
            cx.commit().await.unwrap();
        }
        let runner = platform.runner(vec![marking()]);
        assert_eq!(runner.run_due(&[tenant.tenant()]).await.unwrap(), 1);
        let mut cx = tenant.begin().await.unwrap();
        assert!(cx.enqueue(&mark).await.unwrap().is_some(), "what is done keeps nobody waiting");
    }

    async fn what_fails_is_tried_again_later_and_dead_in_the_end(platform: Platform) {
        let tenant = platform.tenant().await;
        let id = enqueue(&tenant, "poison").await;
        let (kind, asked) = failing();
        let runner = platform.runner(vec![kind]);
        for attempt in 1..=3 {
            assert_eq!(runner.run_due(&[tenant.tenant()]).await.unwrap(), 1);
            assert_eq!(runner.run_due(&[tenant.tenant()]).await.unwrap(), 0, "not at once");
            assert_eq!(job(&tenant, id).await.attempts, attempt);
            platform.clock.advance(Duration::from_secs(60));
        }
        assert_eq!(runner.run_due(&[tenant.tenant()]).await.unwrap(), 0);
        let dead = job(&tenant, id).await;
        assert_eq!((dead.state, dead.last_error.as_deref()), (JobState::Dead, Some("not today")));
        assert_eq!(asked.load(Ordering::SeqCst), 3);
        assert!(dead.finished_at.is_some());
    }

    async fn a_panic_is_a_failed_attempt(platform: Platform) {
        let tenant = platform.tenant().await;
        let id = enqueue(&tenant, "broken").await;
        let kind = JobKind::of(|_, mark: Mark| async move {
            assert!(mark.word != "broken", "cannot bear {}", mark.word);
            Ok(())
        });
        assert_eq!(platform.runner(vec![kind]).run_due(&[tenant.tenant()]).await.unwrap(), 1);
        let failed = job(&tenant, id).await;
        assert_eq!(failed.state, JobState::Waiting);
        assert_eq!(failed.last_error.as_deref(), Some("panicked: cannot bear broken"));
    }

    async fn what_takes_too_long_is_cut_off(platform: Platform) {
        let tenant = platform.tenant().await;
        let id = enqueue(&tenant, "endless").await;
        let kind = JobKind::of(|_, _: Mark| std::future::pending()).within(Duration::from_millis(50));
        assert_eq!(platform.runner(vec![kind]).run_due(&[tenant.tenant()]).await.unwrap(), 1);
        assert_eq!(job(&tenant, id).await.last_error.as_deref(), Some("it took longer than 50ms"));
    }

    async fn what_is_put_off_loses_no_attempt(platform: Platform) {
        let tenant = platform.tenant().await;
        let id = enqueue(&tenant, "later").await;
        let kind = JobKind::of(|_, _: Mark| async { Err(JobError::PutOff(Duration::from_secs(5), "busy".to_owned())) });
        let runner = platform.runner(vec![kind]);
        for _ in 0..5 {
            assert_eq!(runner.run_due(&[tenant.tenant()]).await.unwrap(), 1);
            platform.clock.advance(Duration::from_secs(6));
        }
        let waiting = job(&tenant, id).await;
        assert_eq!((waiting.state, waiting.attempts), (JobState::Waiting, 0));
    }

    /// FLT-12: a worker that is killed in the middle of a job leaves it to the next one, once its lease has ended.
    async fn a_killed_worker_s_job_is_done_by_the_next(platform: Platform) {
        let tenant = platform.tenant().await;
        let id = enqueue(&tenant, "once").await;
        let (kind, there, _) = waiting();
        let (killed, tenants) = (platform.runner(vec![kind]), [tenant.tenant()]);
        let worker = tokio::spawn(async move { killed.run_due(&tenants).await });
        there.notified().await;
        worker.abort();
        assert!(worker.await.unwrap_err().is_cancelled());

        let next = platform.runner(vec![marking()]);
        assert_eq!(next.run_due(&tenants).await.unwrap(), 0, "the lease holds");
        assert_eq!(job(&tenant, id).await.state, JobState::Running);
        platform.clock.advance(Duration::from_secs(61));
        assert_eq!(next.run_due(&tenants).await.unwrap(), 1);
        let done = job(&tenant, id).await;
        assert_eq!((done.state, done.attempts), (JobState::Done, 2));
        assert_eq!(marks(&tenant).await, ["once"]);
    }

    /// FLT-12: a worker that was given up and goes on all the same adds nothing to what the next one has done.
    async fn a_worker_that_was_given_up_changes_nothing(platform: Platform) {
        let tenant = platform.tenant().await;
        let id = enqueue(&tenant, "once").await;
        let (kind, there, go_on) = waiting();
        let (slow, tenants) = (platform.runner(vec![kind]), [tenant.tenant()]);
        let worker = tokio::spawn(async move { slow.run_due(&tenants).await });
        there.notified().await;
        platform.clock.advance(Duration::from_secs(61));
        assert_eq!(platform.runner(vec![marking()]).run_due(&tenants).await.unwrap(), 1);
        go_on.notify_one();
        worker.await.unwrap().unwrap();
        assert_eq!(marks(&tenant).await, ["once"]);
        assert_eq!(job(&tenant, id).await.attempts, 2);
    }

    /// FLT-12: a turn that outlasts its lease keeps it, between jobs and in the middle of one.
    async fn a_lease_is_held_for_as_long_as_it_takes(platform: Platform) {
        let tenant = platform.tenant().await;
        let tenants = [tenant.tenant()];
        for number in 0..10 {
            enqueue(&tenant, &format!("{number}")).await;
        }
        let other = platform.runner(vec![marking()]);
        let clock = platform.clock.clone();
        let slow = JobKind::of(move |running, mark: Mark| {
            let (clock, other) = (clock.clone(), other.clone());
            async move {
                clock.advance(Duration::from_secs(8));
                assert_eq!(other.run_due(&[running.tenant()]).await?, 0);
                let mut cx = running.begin().await?;
                write_mark(&mut cx, &mark.word).await?;
                running.complete(&mut cx, None).await?;
                Ok(cx.commit().await?)
            }
        });
        assert_eq!(platform.runner(vec![slow]).run_due(&tenants).await.unwrap(), 10);
        assert_eq!(marks(&tenant).await.len(), 10);

        enqueue(&tenant, "long").await;
        let (kind, there, go_on) = waiting();
        let slow = platform.runner(vec![kind]);
        let worker = tokio::spawn(async move { slow.run_due(&tenants).await });
        there.notified().await;
        for _ in 0..3 {
            let before = lease(&platform.db, tenant.tenant()).await;
            platform.clock.advance(Duration::from_secs(30));
            while lease(&platform.db, tenant.tenant()).await == before {
                tokio::task::yield_now().await;
            }
        }
        go_on.notify_one();
        assert_eq!(worker.await.unwrap().unwrap(), 1);
        assert_eq!(marks(&tenant).await.len(), 11);
    }

    /// FLT-12: a worker that has lost its lease begins no other job.
    async fn a_lost_lease_ends_the_turn(platform: Platform) {
        let tenant = platform.tenant().await;
        let tenants = [tenant.tenant()];
        for word in ["first", "second"] {
            enqueue(&tenant, word).await;
        }
        let (clock, db) = (platform.clock.clone(), platform.db.clone());
        let late = JobKind::of(move |running, _: Mark| {
            let (clock, db) = (clock.clone(), db.clone());
            async move {
                clock.advance(Duration::from_secs(61));
                assert!(db.lease_tenant(Node::new(), running.tenant()).await?.is_some());
                Ok(())
            }
        });
        assert_eq!(platform.runner(vec![late]).run_due(&tenants).await.unwrap(), 1);
        let states = states(&tenant).await;
        assert!(states.contains(&JobState::Waiting) && states.contains(&JobState::Done), "{states:?}");
    }

    /// FLT-12: a job that ends its process each time is dead after its attempts.
    async fn what_kills_every_worker_is_dead_in_the_end(platform: Platform) {
        let tenant = platform.tenant().await;
        enqueue(&tenant, "poison").await;
        let tenants = [tenant.tenant()];
        for _ in 0..3 {
            let there = Arc::new(Notify::new());
            let reached = Arc::clone(&there);
            let kind = JobKind::of(move |_, _: Mark| {
                reached.notify_one();
                std::future::pending()
            });
            let killed = platform.runner(vec![kind]);
            let worker = tokio::spawn(async move { killed.run_due(&tenants).await });
            there.notified().await;
            worker.abort();
            worker.await.unwrap_err();
            platform.clock.advance(Duration::from_secs(61));
        }
        assert_eq!(platform.runner(vec![marking()]).run_due(&tenants).await.unwrap(), 0);
        assert_eq!(states(&tenant).await, [JobState::Dead]);
        assert_eq!(marks(&tenant).await, Vec::<String>::new());
    }

    /// FLT-12: a job that ends its process takes no other along, though several are taken together.
    async fn what_kills_a_worker_harms_no_other(platform: Platform) {
        let tenant = platform.tenant().await;
        let tenants = [tenant.tenant()];
        let poison = enqueue(&tenant, "poison").await;
        for word in ["a", "b", "c"] {
            enqueue(&tenant, word).await;
        }
        for _ in 0..3 {
            let there = Arc::new(Notify::new());
            let reached = Arc::clone(&there);
            let kind = JobKind::of(move |running, mark: Mark| {
                let reached = Arc::clone(&reached);
                async move {
                    if mark.word == "poison" {
                        reached.notify_one();
                        std::future::pending::<()>().await;
                    }
                    let mut cx = running.begin().await?;
                    write_mark(&mut cx, &mark.word).await?;
                    running.complete(&mut cx, None).await?;
                    Ok(cx.commit().await?)
                }
            });
            let killed = platform.runner(vec![kind]);
            let worker = tokio::spawn(async move { killed.run_due(&tenants).await });
            there.notified().await;
            worker.abort();
            worker.await.unwrap_err();
            platform.clock.advance(Duration::from_secs(61));
        }
        platform.runner(vec![marking()]).run_due(&tenants).await.unwrap();
        assert_eq!(marks(&tenant).await, ["a", "b", "c"]);
        assert_eq!(job(&tenant, poison).await.state, JobState::Dead);
    }

    async fn progress_can_be_read_meanwhile(platform: Platform) {
        let tenant = platform.tenant().await;
        let id = enqueue(&tenant, "long").await;
        let kind = JobKind::of(|running, _: Mark| async move { running.progress(3, Some(9), Some("reading")).await });
        platform.runner(vec![kind]).run_due(&[tenant.tenant()]).await.unwrap();
        let done = job(&tenant, id).await;
        let progress = (done.progress_done, done.progress_total, done.progress_note.as_deref());
        assert_eq!(progress, (3, Some(9), Some("reading")));
        assert!(wakeup(&platform.db, tenant.tenant()).await.is_some());
    }
}
