//! The PostgreSQL engine: all tenants' rows in one schema behind row-level security, the control store in another.

pub(crate) mod column;
mod error;
mod migrate;
mod pool;
mod tx;

pub(crate) use pool::Pools;
pub(crate) use tokio_postgres::Row;
pub(crate) use tx::Tx;
