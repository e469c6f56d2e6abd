//! What one process changes, the others hear: nothing is lost when two change the same tenant at once.

use stoa_core::{Actor, Clock};
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

async fn raise(db: &Db, tenant: stoa_core::TenantId) {
    let mut cx = db.tenant(tenant, Actor::Command).begin().await.unwrap();
    cx.record(&Shown);
    cx.commit().await.unwrap();
}

on_both_engines! {
    async fn two_processes_hear_each_other(platform: Platform) {
        let one = platform.db.clone();
        let other = Db::open(&platform.stores, &[NOTES], Clock::System, stoa_testing::vault()).await.unwrap();
        let tenant = platform.tenant().await.tenant();
        for (speaker, listener) in [(&one, &other), (&other, &one)] {
            listener.exchange_generations().await.unwrap();
            let before = listener.generation(tenant);
            raise(speaker, tenant).await;
            speaker.exchange_generations().await.unwrap();
            listener.exchange_generations().await.unwrap();
            assert!(listener.generation(tenant) > before);
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
        assert!(other.generation(tenant) > before);
        let settled = one.generation(tenant);
        one.exchange_generations().await.unwrap();
        assert!(one.generation(tenant) > settled);
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
