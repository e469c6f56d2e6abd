//! Whose jobs are done: a tenant's, or the platform's own. In these they differ, and in nothing else.

use stoa_core::FeatureSet;
use stoa_db::{
    Cx, Db, DbResult, PlatformCx, TenantDb,
    jobs::{self, JobStore},
};

use crate::{
    Ask, JobKinds, Standing,
    kind::Kinds,
    slice::{KEEP_DEAD, KEEP_DONE},
};

/// How many idempotency keys are taken away at once.
const KEYS: i64 = 1000;

pub(crate) trait Owner: JobStore {
    fn kinds(all: &JobKinds) -> &Kinds<Self>;

    fn standing(&self, ask: &Ask) -> impl Future<Output = DbResult<Standing>> + Send;

    /// Takes away what has had its time.
    fn sweep(cx: &mut Self::Unit) -> impl Future<Output = DbResult<()>> + Send;
}

impl Owner for TenantDb {
    fn kinds(all: &JobKinds) -> &Kinds<Self> {
        &all.tenants
    }

    async fn standing(&self, ask: &Ask) -> DbResult<Standing> {
        ask(self.tenant()).await
    }

    async fn sweep(cx: &mut Cx) -> DbResult<()> {
        jobs::sweep(cx, KEEP_DONE, KEEP_DEAD).await?;
        cx.sweep_keys(KEYS).await
    }
}

impl Owner for Db {
    fn kinds(all: &JobKinds) -> &Kinds<Self> {
        &all.platform
    }

    async fn standing(&self, _: &Ask) -> DbResult<Standing> {
        Ok(Standing::Active {
            features: FeatureSet::default(),
            time_zone: "UTC".to_owned(),
        })
    }

    async fn sweep(cx: &mut PlatformCx) -> DbResult<()> {
        jobs::sweep(cx, KEEP_DONE, KEEP_DEAD).await
    }
}
