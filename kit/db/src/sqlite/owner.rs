//! Whose file it must be, and which tables it must have.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use stoa_core::{FeatureSet, TenantId};

use super::{migrate, open::check_owner};
use crate::{DbResult, migrations::Plan};

#[derive(Debug)]
pub(super) struct Owner {
    pub(super) tenant: TenantId,
    plan: Arc<Plan>,
    /// Those whose tables the file must have.
    features: Mutex<FeatureSet>,
}

impl Owner {
    pub(super) fn new(tenant: TenantId, plan: &Arc<Plan>, features: &FeatureSet) -> Self {
        Self {
            tenant,
            plan: Arc::clone(plan),
            features: Mutex::new(features.clone()),
        }
    }

    /// Refuses another tenant's file.
    pub(super) fn check(&self, connection: &Connection) -> DbResult<()> {
        check_owner(connection, self.tenant)
    }

    /// Brings the file to the current schema, with the tables of `more` features beside those it must have anyway.
    pub(super) fn catch_up(&self, connection: &mut Connection, more: &FeatureSet) -> DbResult<()> {
        let wanted = self.features().with(more);
        let features = migrate::catch_up(connection, &self.plan, &wanted)?;
        *self.features.lock().unwrap_or_else(PoisonError::into_inner) = features;
        Ok(())
    }

    pub(super) fn features(&self) -> FeatureSet {
        self.features
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
