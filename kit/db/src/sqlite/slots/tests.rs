//! A small room, and more tenants than fit into it.
#![expect(clippy::unwrap_used, reason = "a test fails where its set-up does")]

use std::{path::PathBuf, sync::Arc};

use futures_util::FutureExt as _;
use stoa_core::{Clock, FeatureSet, TenantId};
use tempfile::TempDir;

use super::Slots;
use crate::{
    DbError, DbResult,
    draft::Draft,
    migrations::Plan,
    sqlite::{
        lease::Lease,
        migrate,
        open::create,
        owner::Owner,
        slot::{Entry, Slot},
    },
    unit::Access,
};

struct Room {
    slots: Arc<Slots>,
    directory: TempDir,
    plan: Arc<Plan>,
}

impl Room {
    fn for_tenants(room: usize) -> Self {
        Self {
            slots: Arc::new(Slots::new(room)),
            directory: tempfile::tempdir().unwrap(),
            plan: Arc::new(Plan::of(&[])),
        }
    }

    fn tenant(&self) -> TenantId {
        let now = Clock::System.now();
        let tenant = TenantId::new(now);
        let draft = Draft::new(self.directory.path()).unwrap();
        let mut file = create(draft.path()).unwrap();
        let schema = self.plan.schema(&FeatureSet::default());
        migrate::migrate(&mut file, &schema.steps, schema.epoch, now).unwrap();
        file.execute(
            "INSERT INTO store (tenant, created_at) VALUES (?1, 0)",
            [tenant.uuid().as_bytes()],
        )
        .unwrap();
        drop(file);
        draft.put(&self.path(tenant)).unwrap();
        tenant
    }

    fn path(&self, tenant: TenantId) -> PathBuf {
        self.directory.path().join(format!("{}.db", tenant.uuid()))
    }

    async fn enter(&self, tenant: TenantId) -> DbResult<Entry> {
        let owner = || Owner::new(tenant, &self.plan, &FeatureSet::default());
        let make = || Slot::of_tenant(self.path(tenant), owner());
        self.slots.enter(tenant, make).await
    }

    async fn lease(&self, tenant: TenantId, access: Access) -> DbResult<Lease> {
        Lease::new(self.enter(tenant).await?, access).await
    }

    fn open(&self) -> usize {
        self.slots.files().open.len()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn never_more_are_open_than_there_is_room_for() {
    let room = Arc::new(Room::for_tenants(3));
    let tenants: Vec<_> = (0..12).map(|_| room.tenant()).collect();
    let work = (0..240).map(|round: usize| {
        let (room, tenant) = (Arc::clone(&room), tenants[round % tenants.len()]);
        let access = if round.is_multiple_of(5) {
            Access::Write
        } else {
            Access::Read
        };
        tokio::spawn(async move {
            let lease = room.lease(tenant, access).await.unwrap();
            tokio::task::yield_now().await;
            assert!(lease.is_some());
            assert!(room.open() <= 3);
        })
    });
    for done in work.collect::<Vec<_>>() {
        done.await.unwrap();
    }
    let files = room.slots.files();
    assert!(files.open.len() <= 3 && files.closing.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_waits_while_all_are_at_work() {
    let room = Room::for_tenants(1);
    let (at_work, newcomer) = (room.tenant(), room.tenant());
    let lease = room.lease(at_work, Access::Read).await.unwrap();
    // Those who are at work already do not wait for themselves.
    room.lease(at_work, Access::Write).await.unwrap();
    let mut waiting = Box::pin(room.lease(newcomer, Access::Read));
    assert!(waiting.as_mut().now_or_never().is_none());
    drop(lease);
    waiting.await.unwrap();
    assert!(room.slots.files().open.contains(&newcomer));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_a_file_alone_has_waited_for_the_others_and_lets_nobody_in() {
    let room = Room::for_tenants(2);
    let (tenant, other) = (room.tenant(), room.tenant());
    let reader = room.lease(tenant, Access::Read).await.unwrap();
    let entry = room.enter(tenant).await.unwrap();
    let mut alone = Box::pin(entry.exclusive());
    assert!(alone.as_mut().now_or_never().is_none());
    // Whoever comes later stands behind it, although only others read.
    let mut late = Box::pin(room.lease(tenant, Access::Read));
    assert!(late.as_mut().now_or_never().is_none());
    drop(reader);
    let alone = alone.await.unwrap();
    assert!(late.as_mut().now_or_never().is_none());
    room.lease(other, Access::Write).await.unwrap();
    assert!(
        !room.path(tenant).with_extension("db-wal").exists(),
        "all is closed"
    );
    drop(alone);
    late.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wanted_again_while_it_is_being_closed_is_not_opened_twice() {
    let room = Room::for_tenants(1);
    let (first, second) = (room.tenant(), room.tenant());
    room.lease(first, Access::Write).await.unwrap();
    let slot = Arc::clone(room.slots.files().open.peek(&first).unwrap());
    let evicted = room.slots.files().make_room(1).unwrap();
    let mut again = Box::pin(room.lease(first, Access::Write));
    assert!(
        again.as_mut().now_or_never().is_none(),
        "it waits until the file is closed"
    );
    room.slots.close(evicted);
    let again = again.await.unwrap();
    assert!(Arc::ptr_eq(&slot, room.slots.files().open.peek(&first).unwrap()));
    drop(again);
    room.lease(second, Access::Read).await.unwrap();
    assert!(room.slots.files().open.peek(&first).is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_gone_is_not_written_on() {
    let room = Room::for_tenants(1);
    let tenant = room.tenant();
    room.lease(tenant, Access::Write).await.unwrap();
    std::fs::rename(room.path(tenant), room.directory.path().join("elsewhere")).unwrap();
    let refused = room.lease(tenant, Access::Write).await;
    assert!(matches!(refused, Err(DbError::Unavailable(_))), "{refused:?}");
    std::fs::rename(room.directory.path().join("elsewhere"), room.path(tenant)).unwrap();
    room.lease(tenant, Access::Write).await.unwrap();
}

/// The locks that this process holds on a file, as the kernel has them (proc_locks(5)).
fn locks(path: &std::path::Path) -> Vec<String> {
    let inode = std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(path).unwrap());
    let (pid, file) = (format!(" {} ", std::process::id()), format!(":{inode} "));
    let locks = std::fs::read_to_string("/proc/locks").unwrap();
    let own = locks
        .lines()
        .filter(|line| line.contains(&pid) && line.contains(&file));
    own.map(|line| line.split_once(':').unwrap().1.to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn looking_at_a_file_takes_no_lock_away() {
    let room = Room::for_tenants(2);
    let tenant = room.tenant();
    let slot = || {
        Slot::of_tenant(
            room.path(tenant),
            Owner::new(tenant, &room.plan, &FeatureSet::default()),
        )
    };
    let peek = |answer: bool| {
        room.slots.peek(tenant, slot, |path| {
            std::fs::read(path)?;
            Ok(answer)
        })
    };
    assert!(!peek(false).unwrap(), "asked of the file while it is not open");
    let lease = room.lease(tenant, Access::Read).await.unwrap();
    let before = locks(&room.path(tenant));
    assert!(!before.is_empty());
    assert!(
        peek(false).unwrap(),
        "it was brought up to date when it was opened"
    );
    assert_eq!(locks(&room.path(tenant)), before);
    drop(lease);
    assert!(peek(false).unwrap());
    assert_eq!(locks(&room.path(tenant)), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_while_a_file_is_looked_at_waits() {
    let room = Room::for_tenants(2);
    let tenant = room.tenant();
    let slot = || {
        Slot::of_tenant(
            room.path(tenant),
            Owner::new(tenant, &room.plan, &FeatureSet::default()),
        )
    };
    let held = room.slots.files().hold(tenant, slot).unwrap();
    let mut late = Box::pin(room.lease(tenant, Access::Read));
    assert!(late.as_mut().now_or_never().is_none());
    room.slots.close(held);
    late.await.unwrap();
    assert!(room.slots.files().closing.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_to_come_opens_a_file_once() {
    for access in [Access::Read, Access::Write] {
        let room = Room::for_tenants(1);
        let tenant = room.tenant();
        let lease = room.lease(tenant, access).await.unwrap();
        let written = lease.as_ref().unwrap().execute("DELETE FROM journal", []);
        assert_eq!(written.is_ok(), access == Access::Write);
        let attached = lease.as_ref().unwrap().execute("ATTACH ':memory:' AS other", []);
        assert!(attached.is_err());
    }
}
