//! What the runner asks about a tenant before each job: whether it is served, and with which features.

use futures_util::future::BoxFuture;
use stoa_core::{FeatureSet, TenantId};
use stoa_db::DbResult;

/// Whether a tenant's jobs may be done now.
#[derive(Debug, Clone)]
pub enum Standing {
    Active {
        features: FeatureSet,
        /// IANA, such as `Asia/Dhaka`.
        time_zone: String,
    },
    /// Suspended, or still being made: its jobs wait.
    Waiting,
    /// There is no such tenant.
    Gone,
}

/// Answers for the module that knows the tenants.
pub type Ask = Box<dyn Fn(TenantId) -> BoxFuture<'static, DbResult<Standing>> + Send + Sync>;
