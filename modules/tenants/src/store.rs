//! The SQL of businesses. Hosts are reached by host, which finds the tenant, or by tenant.

pub(crate) mod hosts;
pub(crate) mod tenants;
