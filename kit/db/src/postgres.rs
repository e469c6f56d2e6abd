//! The PostgreSQL engine: all tenants' rows in one schema behind row-level security, the control store in another.

mod bind;
mod catalogue;
pub(crate) mod column;
mod copy;
mod error;
mod fence;
mod login;
mod migrate;
mod passfile;
mod pool;
mod rights;
mod role;
mod shard;
mod share;
mod tls;
mod tx;

pub(crate) use bind::Binding;
pub(crate) use fence::Keeper;
pub(crate) use pool::Pools;
pub(crate) use shard::{Admitted, Shard};
pub(crate) use tokio_postgres::Row;
pub(crate) use tx::Tx;
