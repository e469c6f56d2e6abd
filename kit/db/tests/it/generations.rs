//! What one process changes, the others hear: nothing is lost when two change the same tenant at once.

use stoa_core::{Actor, Clock, TenantId};
use stoa_db::{Db, Event, Raises};

use crate::{NOTES, on_both_engines};

#[derive(serde::Serialize)]
struct Shown;

impl Event for Shown {
    const KIND: &'static str = "note.shown";
    const RAISES: Raises = Raises::Content;

    fn subject(&self) -> String {
        "note".to_owned()
    }
}

#[derive(serde::Serialize)]
struct Renamed;

impl Event for Renamed {
    const KIND: &'static str = "note.renamed";
    const RAISES: Raises = Raises::Config;

    fn subject(&self) -> String {
        "note".to_owned()
    }
}

async fn raise(db: &Db, tenant: TenantId) {
    let mut cx = db.tenant(tenant, Actor::Command).begin().await.unwrap();
    cx.record(&Shown);
    cx.commit().await.unwrap();
}

/// Has processes hear of a tenant: who never heard of it takes both numbers for new.
async fn known_to(processes: &[&Db], tenant: TenantId) {
    raise(processes[0], tenant).await;
    for db in processes {
        db.exchange_generations().await.unwrap();
    }
}

on_both_engines! {
    async fn two_processes_hear_each_other(platform: Platform) {
        let one = platform.db.clone();
        let other = Db::open(&platform.stores, &[NOTES], Clock::System, stoa_testing::vault()).await.unwrap();
        let tenant = platform.tenant().await.tenant();
        known_to(&[&one, &other], tenant).await;
        for (speaker, listener) in [(&one, &other), (&other, &one)] {
            let before = listener.generation(tenant);
            raise(speaker, tenant).await;
            speaker.exchange_generations().await.unwrap();
            listener.exchange_generations().await.unwrap();
            let after = listener.generation(tenant);
            assert!(after.content > before.content && after.config == before.config);
        }
    }

    async fn changes_at_the_same_time_are_both_heard(platform: Platform) {
        let one = platform.db.clone();
        let other = Db::open(&platform.stores, &[NOTES], Clock::System, stoa_testing::vault()).await.unwrap();
        let tenant = platform.tenant().await.tenant();
        raise(&one, tenant).await;
        raise(&other, tenant).await;
        one.exchange_generations().await.unwrap();
        let before = other.generation(tenant);
        // Its own change is told over the other's, which it has not heard of yet.
        other.exchange_generations().await.unwrap();
        assert!(other.generation(tenant).content > before.content);
        let settled = one.generation(tenant);
        one.exchange_generations().await.unwrap();
        assert!(one.generation(tenant).content > settled.content);
    }

    /// Also when the process that changed it never says so.
    async fn what_the_platform_s_journal_says_of_a_tenant_is_heard(platform: Platform) {
        let one = platform.db.clone();
        let other = Db::open(&platform.stores, &[NOTES], Clock::System, stoa_testing::vault()).await.unwrap();
        let tenant = platform.tenant().await.tenant();
        known_to(&[&one, &other], tenant).await;
        for (speaker, listener) in [(&one, &other), (&other, &one)] {
            let (here, there) = (speaker.generation(tenant), listener.generation(tenant));
            let mut cx = speaker.platform_begin(Actor::Command).await.unwrap();
            cx.record_about(tenant, &Renamed);
            assert_eq!(speaker.generation(tenant), here);
            cx.commit().await.unwrap();
            assert!(speaker.generation(tenant).config > here.config);
            listener.exchange_generations().await.unwrap();
            let heard = listener.generation(tenant);
            assert!(heard.config > there.config && heard.content == there.content);
        }
    }

    async fn what_was_given_up_makes_nothing_stale(platform: Platform) {
        let tenant = platform.tenant().await.tenant();
        let before = platform.db.generation(tenant);
        let mut cx = platform.db.platform_begin(Actor::Command).await.unwrap();
        cx.record_about(tenant, &Renamed);
        drop(cx);
        let mut cx = platform.db.tenant(tenant, Actor::Command).begin().await.unwrap();
        cx.record(&Shown);
        drop(cx);
        platform.db.exchange_generations().await.unwrap();
        assert_eq!(platform.db.generation(tenant), before);
    }

    async fn nothing_is_heard_twice(platform: Platform) {
        let tenant = platform.tenant().await.tenant();
        raise(&platform.db, tenant).await;
        platform.db.exchange_generations().await.unwrap();
        let settled = platform.db.generation(tenant);
        platform.db.exchange_generations().await.unwrap();
        assert_eq!(platform.db.generation(tenant), settled);
    }
}
