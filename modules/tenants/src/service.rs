//! What can be done with businesses, one use case per file.

pub(crate) mod change_profile;
pub(crate) mod create_tenant;
pub(crate) mod find_tenant;
pub(crate) mod finish_provisioning;
pub(crate) mod list_tenants;
pub(crate) mod sign_up;
pub(crate) mod suspend_tenant;
pub(crate) mod switch_features;
