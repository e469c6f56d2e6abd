//! The only crate that names a database driver: units of work over SQLite files and PostgreSQL.
#![doc = include_str!("../README.md")]

mod anchor;
mod audit;
mod copy;
mod cx;
mod db;
mod draft;
mod error;
mod examine;
mod generations;
mod idempotency;
pub mod jobs;
mod journal;
mod keyring;
mod migrations;
mod notices;
mod parse;
mod placement;
mod postgres;
mod query;
mod render;
mod row;
mod sql;
mod sqlite;
mod stretch;
mod unit;
mod value;
mod verify;

#[doc(hidden)]
pub use linkme;

pub use audit::Audit;
pub use copy::Snapshot;
pub use cx::{Cx, PlatformCx};
pub use db::{Copied, Db, DbConfig, Fence, Flaw, Misplaced, PostgresConfig, ShardRow, TenantDb};
pub use error::{DbError, DbResult};
pub use generations::Generation;
pub use idempotency::{Answered, Claimed};
pub use jobs::{Job, JobId};
pub use journal::{Event, JournalFilter, JournalLine, Raises};
pub use migrations::{Migration, Migrations};
pub use placement::{Placement, PlacementKind, Placing};
pub use query::Query;
pub use row::{Cell, Column, FromRow, Row, parsed};
#[doc(hidden)]
pub use sql::{CONTROL_TEXTS, TENANT_TEXTS};
pub use sql::{ControlSql, Sql};
pub use stretch::{SortKey, Stretch};
pub use value::Value;
pub use verify::{ColumnShape, Refused};
