//! What the journals learn about businesses.

use serde::Serialize;
use stoa_core::{FeatureSet, TenantId};
use stoa_db::{Event, Raises};

use crate::Reason;

/// A name was reserved and a store is being made.
#[derive(Debug, Serialize)]
pub(crate) struct TenantReserved {
    #[serde(skip)]
    pub(crate) tenant: TenantId,
    pub(crate) slug: String,
    pub(crate) kind: &'static str,
}

/// The store is there; the tenant can be reached.
#[derive(Debug, Serialize)]
pub(crate) struct TenantActivated {
    #[serde(skip)]
    pub(crate) tenant: TenantId,
}

/// The operator shut its doors.
#[derive(Debug, Serialize)]
pub(crate) struct TenantSuspended {
    #[serde(skip)]
    pub(crate) tenant: TenantId,
    pub(crate) reason: Reason,
}

/// The operator opened them again.
#[derive(Debug, Serialize)]
pub(crate) struct TenantReactivated {
    #[serde(skip)]
    pub(crate) tenant: TenantId,
}

/// Parts of the platform were switched on or off.
#[derive(Debug, Serialize)]
pub(crate) struct FeaturesSwitched {
    #[serde(skip)]
    pub(crate) tenant: TenantId,
    pub(crate) on: FeatureSet,
    pub(crate) off: FeatureSet,
}

/// The profile was changed; names the fields.
#[derive(Debug, Serialize)]
pub(crate) struct ProfileChanged {
    #[serde(skip)]
    pub(crate) tenant: TenantId,
    pub(crate) fields: Vec<&'static str>,
}

impl Event for TenantReserved {
    const KIND: &'static str = "tenant.reserved";

    fn subject(&self) -> String {
        self.tenant.to_string()
    }
}

impl Event for TenantActivated {
    const KIND: &'static str = "tenant.activated";
    const RAISES: Raises = Raises::Config;

    fn subject(&self) -> String {
        self.tenant.to_string()
    }
}

impl Event for TenantSuspended {
    const KIND: &'static str = "tenant.suspended";
    const RAISES: Raises = Raises::Config;

    fn subject(&self) -> String {
        self.tenant.to_string()
    }
}

impl Event for TenantReactivated {
    const KIND: &'static str = "tenant.reactivated";
    const RAISES: Raises = Raises::Config;

    fn subject(&self) -> String {
        self.tenant.to_string()
    }
}

impl Event for FeaturesSwitched {
    const KIND: &'static str = "features.switched";
    const RAISES: Raises = Raises::Config;

    fn subject(&self) -> String {
        self.tenant.to_string()
    }
}

impl Event for ProfileChanged {
    const KIND: &'static str = "profile.changed";
    const RAISES: Raises = Raises::Config;

    fn subject(&self) -> String {
        self.tenant.to_string()
    }
}
