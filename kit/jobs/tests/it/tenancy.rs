//! A job is of one tenant, and tenants share a worker fairly.

use std::sync::{Arc, Mutex};

use stoa_core::{Actor, Feature, FeatureSet, TenantId};
use stoa_db::{JobId, jobs::JobState, sql};
use stoa_jobs::{JobError, JobKind, Standing};

use crate::{Mark, active, enqueue, failing, job, marking, marks, on_both_engines, states, wakeup};

/// How many jobs each of two tenants has. More can be asked for: `STOA_JOBS=5000`.
fn many() -> usize {
    std::env::var("STOA_JOBS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(150)
}

on_both_engines! {
    /// ATK-J1: jobs of two tenants by turns on one worker are each done in the right one's store.
    async fn each_job_meets_its_own_store(platform: Platform) {
        let (a, b) = (platform.tenant().await, platform.tenant().await);
        let expected: Vec<_> = (0..many()).map(|number| format!("{number:05}")).collect();
        for word in &expected {
            enqueue(&a, &format!("a{word}")).await;
            enqueue(&b, &format!("b{word}")).await;
        }
        let tried = platform.runner(vec![marking()]).run_due(&[a.tenant(), b.tenant()]).await.unwrap();
        assert_eq!(tried, 2 * many());
        assert_eq!(marks(&a).await, expected.iter().map(|word| format!("a{word}")).collect::<Vec<_>>());
        assert_eq!(marks(&b).await, expected.iter().map(|word| format!("b{word}")).collect::<Vec<_>>());
    }

    /// ATK-J2: jobs in a store of a tenant that is not are put aside, and nothing of them is done.
    async fn without_a_tenant_a_job_is_dead(platform: Platform) {
        let tenant = platform.db.tenant(TenantId::new(stoa_core::Clock::System.now()), Actor::System);
        platform.db.provision(tenant.tenant(), &FeatureSet::default()).await.unwrap();
        let id = enqueue(&tenant, "orphan").await;
        assert_eq!(platform.runner(vec![marking()]).run_due(&[tenant.tenant()]).await.unwrap(), 0);
        let dead = job(&tenant, id).await;
        assert_eq!((dead.state, dead.last_error.as_deref()), (JobState::Dead, Some("there is no such business")));
        assert_eq!(marks(&tenant).await, Vec::<String>::new());
    }

    /// ATK-J2: a job that nobody knows to do is put aside.
    async fn of_an_unknown_kind_a_job_is_dead(platform: Platform) {
        let tenant = platform.tenant().await;
        let id = enqueue(&tenant, "unknown").await;
        platform.runner(Vec::new()).run_due(&[tenant.tenant()]).await.unwrap();
        let dead = job(&tenant, id).await;
        assert_eq!(dead.state, JobState::Dead);
        assert_eq!(dead.last_error.as_deref(), Some("no part of the platform does marks.make"));
    }

    /// ATK-J3: a job of one tenant that names another's object finds nothing, as with one that never was.
    async fn another_tenant_s_object_is_not_found(platform: Platform) {
        let (a, b) = (platform.tenant().await, platform.tenant().await);
        let runner = platform.runner(vec![marking()]);
        enqueue(&b, "secret").await;
        runner.run_due(&[b.tenant()]).await.unwrap();
        let mut cx = b.read().await.unwrap();
        let (theirs,): (JobId,) = cx.sql(sql!("SELECT id FROM marks")).one().await.unwrap();
        drop(cx);
        let looking = JobKind::of(|running, mark: Mark| async move {
            let id: JobId = mark.word.parse().map_err(|_| JobError::Hopeless("no id".to_owned()))?;
            let mut cx = running.read().await?;
            let found: Option<(String,)> =
                cx.sql(sql!("SELECT word FROM marks WHERE id = $1")).bind(id).optional().await?;
            Err(JobError::Hopeless(format!("{found:?}")))
        });
        let looking = platform.runner(vec![looking]);
        let outcome = async |store: &stoa_db::TenantDb, object: JobId| {
            let id = enqueue(store, &object.to_string()).await;
            looking.run_due(&[store.tenant()]).await.unwrap();
            job(store, id).await.last_error
        };
        let never_was = JobId::new(stoa_core::Clock::System.now());
        assert_eq!(outcome(&a, theirs).await, outcome(&a, never_was).await);
        assert_eq!(outcome(&b, theirs).await.as_deref(), Some("Some((\"secret\",))"));
    }

    /// ATK-J4: a tenant whose jobs all fail, and who has many, keeps another's waiting for one turn.
    async fn one_tenant_s_failures_do_not_keep_another_waiting(platform: Platform) {
        let (a, b) = (platform.tenant().await, platform.tenant().await);
        for number in 0..40 {
            enqueue(&a, &format!("bad{number}")).await;
        }
        enqueue(&b, "good").await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&order);
        let kind = JobKind::of(move |running, mark: Mark| {
            seen.lock().unwrap().push(running.tenant());
            async move {
                assert!(mark.word != "bad7", "panics do not matter either");
                if mark.word == "good" { Ok(()) } else { Err(JobError::Again("bad".to_owned())) }
            }
        });
        platform.runner(vec![kind]).run_due(&[a.tenant(), b.tenant()]).await.unwrap();
        let order = order.lock().unwrap().clone();
        assert_eq!(order.len(), 41);
        let waited = order.iter().position(|tenant| *tenant == b.tenant());
        assert_eq!(waited, Some(10));
        assert_eq!(states(&b).await, [JobState::Done]);
    }

    /// ATK-V5: while its tenant is suspended a job waits; afterwards it is done.
    async fn a_suspended_tenant_s_jobs_wait(platform: Platform) {
        let tenant = platform.tenant().await;
        let id = enqueue(&tenant, "later").await;
        platform.set_standing(tenant.tenant(), Standing::Waiting);
        let runner = platform.runner(vec![marking()]);
        assert_eq!(runner.run_due(&[tenant.tenant()]).await.unwrap(), 0);
        assert_eq!(job(&tenant, id).await.state, JobState::Waiting);
        assert!(wakeup(&platform.db, tenant.tenant()).await.is_some(), "it is looked at again");
        platform.set_standing(tenant.tenant(), active(&[Feature::Ecommerce]));
        assert_eq!(runner.run_due(&[tenant.tenant()]).await.unwrap(), 1);
        assert_eq!(marks(&tenant).await, ["later"]);
    }

    /// ATK-O12: with its feature off a job is not done, and is dead with the reason.
    async fn with_its_feature_off_a_job_is_dead(platform: Platform) {
        let tenant = platform.tenant().await;
        let id = enqueue(&tenant, "off").await;
        platform.set_standing(tenant.tenant(), active(&[Feature::Cms]));
        let (kind, asked) = failing();
        platform.runner(vec![kind]).run_due(&[tenant.tenant()]).await.unwrap();
        let dead = job(&tenant, id).await;
        assert_eq!(dead.state, JobState::Dead);
        assert_eq!(dead.last_error.as_deref(), Some("the feature ecommerce is switched off"));
        assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 0);
    }
}
