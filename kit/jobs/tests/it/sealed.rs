//! What a job is to be done with is for its own tenant and its own row alone.

use stoa_db::{jobs::JobState, sql};

use crate::{enqueue, job, marking, marks, on_both_engines};

on_both_engines! {
    /// ATK-P6: what a job is to be done with cannot be read in the store, nor moved to another job.
    async fn a_job_s_data_opens_at_its_place_only(platform: Platform) {
        let tenant = platform.tenant().await;
        let (own, moved) = (enqueue(&tenant, "secret link").await, enqueue(&tenant, "other").await);
        let mut cx = tenant.begin().await.unwrap();
        let (sealed,): (Vec<u8>,) = cx.sql(sql!("SELECT data FROM jobs WHERE id = $1")).bind(own).one().await.unwrap();
        assert!(sealed.len() > "secret link".len() && !sealed.windows(6).any(|window| window == b"secret"));
        cx.sql(sql!("UPDATE jobs SET data = $2 WHERE id = $1")).bind(moved).bind(sealed).execute().await.unwrap();
        cx.commit().await.unwrap();
        platform.runner(vec![marking()]).run_due(&[tenant.tenant()]).await.unwrap();
        assert_eq!(marks(&tenant).await, ["secret link"]);
        let moved = job(&tenant, moved).await;
        assert_eq!(moved.state, JobState::Dead);
        assert_eq!(moved.last_error.as_deref(), Some("what it is to be done with cannot be opened"));
        let mut cx = tenant.read().await.unwrap();
        let (left,): (Option<Vec<u8>>,) =
            cx.sql(sql!("SELECT data FROM jobs WHERE id = $1")).bind(own).one().await.unwrap();
        assert_eq!(left, None, "what is done is forgotten");
    }
}
