//! Copies a tenant's store, as it is at one moment, into one file, and puts it back, whichever engine keeps it.

use std::{
    fs::File,
    io::{BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::Serialize;
use stoa_core::{Actor, FeatureSet, TenantId};

use crate::{
    Cx, Db, DbError, DbResult, Event,
    db::Engine,
    draft::Draft,
    generations::Raised,
    migrations::Schema,
    sqlite::{Aside, StoreFile, blocking, storage},
    unit::{Access, Tx, Unit},
};

mod seal;
mod snapshot;

pub use snapshot::Snapshot;

/// In the platform's journal, before anything is touched.
#[derive(Serialize)]
struct RestoreBegun(Snapshot);

/// In the tenant's journal, as the first line after those of the snapshot.
#[derive(Serialize)]
struct StoreRestored(Snapshot);

impl Event for RestoreBegun {
    const KIND: &'static str = "restore.begun";

    fn subject(&self) -> String {
        self.0.tenant.to_string()
    }
}

impl Event for StoreRestored {
    const KIND: &'static str = "store.restored";

    fn subject(&self) -> String {
        self.0.tenant.to_string()
    }
}

impl Db {
    /// Copies a tenant's store into a file, sealed with the tenant's key. The file is there whole or not at all. Others go
    /// on, and so does the tenant.
    pub async fn snapshot(&self, tenant: TenantId, path: &Path) -> DbResult<Snapshot> {
        let key = self.tenant_key(tenant).await?;
        let copy = Draft::new(&self.drafts()).map_err(storage)?;
        let snapshot = Snapshot::new(tenant, self.clock().now());
        self.copy_out(tenant, copy.path()).await?;
        blocking(|| {
            let directory = path.parent().unwrap_or(Path::new("."));
            let sealed = Draft::new(directory).map_err(storage)?;
            let (from, to) = (File::open(copy.path()), File::create(sealed.path()));
            let mut to = BufWriter::new(to.map_err(storage)?);
            seal::seal(&key, &snapshot, BufReader::new(from.map_err(storage)?), &mut to).map_err(storage)?;
            to.flush().map_err(storage)?;
            sealed.put(path).map_err(storage)
        })?;
        Ok(snapshot)
    }

    /// Puts a tenant's store back to what a snapshot holds, all of it or nothing. On SQLite nobody else works on it
    /// meanwhile.
    pub async fn restore(&self, tenant: TenantId, actor: Actor, sealed: File) -> DbResult<Snapshot> {
        let db = self.clone();
        // Whoever asked for it may leave: what has begun is brought to its end.
        tokio::spawn(async move { db.put_back(tenant, actor, sealed).await })
            .await
            .map_err(DbError::unavailable)?
    }

    async fn put_back(&self, tenant: TenantId, actor: Actor, sealed: File) -> DbResult<Snapshot> {
        let key = self.tenant_key(tenant).await?;
        let draft = Draft::new(&self.drafts()).map_err(storage)?;
        let snapshot = blocking(|| {
            let mut to = BufWriter::new(File::create(draft.path()).map_err(storage)?);
            let snapshot = seal::open(&key, BufReader::new(sealed), &mut to)?;
            to.flush().map_err(storage)?;
            Ok::<_, DbError>(snapshot)
        })?;
        let features = self.make_ready(&draft, &snapshot, actor.clone()).await?;
        self.note_features(tenant, &features).await?;
        let mut cx = self.platform_begin(actor).await?;
        cx.record(&RestoreBegun(snapshot));
        cx.commit().await?;
        // Jobs come back with the store, and somebody has to look at them.
        self.wake(tenant).await?;
        self.copy_in(tenant, draft).await?;
        // Again: a long exchange outlasts the first time.
        self.wake(tenant).await?;
        self.0.signals.generations.raise(tenant, Raised::ALL);
        self.drop_anchor(tenant).await?;
        Ok(snapshot)
    }

    /// Looks at what is to be a tenant's store, brings it to the current schema with the tables that the tenant's store
    /// must have, and writes into its journal that it came from a snapshot. Says of which features it has the tables.
    async fn make_ready(&self, draft: &Draft, snapshot: &Snapshot, actor: Actor) -> DbResult<FeatureSet> {
        let features = match &self.0.engine {
            Engine::Sqlite(_) => self.place_of(snapshot.tenant).await?.features.clone(),
            // What is not in the snapshot is not to stay in the database's tables either.
            Engine::Postgres(_) => self.0.plan.features(),
        };
        let aside = Aside::new(draft.path(), snapshot.tenant, &self.0.plan, &features);
        let faults = aside.examine().await?;
        if !faults.is_empty() {
            return Err(DbError::unfit(faults.join("; ")));
        }
        let tx = Tx::Sqlite(aside.begin().await?);
        let unit = Unit::new(tx, Access::Write, self.clock().now(), actor);
        let mut cx = Cx::new(snapshot.tenant, unit, None, Arc::clone(&self.0.signals));
        cx.record(&StoreRestored(*snapshot));
        cx.commit().await?;
        let features = aside.features();
        aside.close()?;
        Ok(features)
    }

    /// The schema of a database, which has the tables of all features.
    pub(crate) fn whole_schema(&self) -> Schema {
        let plan = &self.0.plan;
        plan.schema(&plan.features())
    }

    pub(crate) async fn copy_out(&self, tenant: TenantId, to: &Path) -> DbResult<()> {
        match &self.0.engine {
            Engine::Sqlite(files) => files.copy_out(&*self.place_of(tenant).await?, to).await,
            Engine::Postgres(pools) => {
                let mut file = blocking(|| StoreFile::empty(to, &self.whole_schema(), self.clock().now()))?;
                let mut tx = self.begin_on(pools, tenant, Access::Read).await?;
                tx.copy_out(&mut file).await?;
                blocking(|| file.finish())
            }
        }
    }

    async fn copy_in(&self, tenant: TenantId, draft: Draft) -> DbResult<()> {
        match &self.0.engine {
            Engine::Sqlite(files) => files.copy_in(&*self.place_of(tenant).await?, draft).await,
            Engine::Postgres(pools) => {
                let mut file = blocking(|| StoreFile::open(draft.path()))?;
                let shard = self.shard_of(pools, tenant).await?;
                shard.copy_in(tenant, &mut file).await
            }
        }
    }

    /// Where copies are made: beside the tenants' files, so that one can take another's place.
    fn drafts(&self) -> PathBuf {
        match &self.0.engine {
            Engine::Sqlite(files) => files.tenants().to_owned(),
            Engine::Postgres(_) => std::env::temp_dir(),
        }
    }
}
