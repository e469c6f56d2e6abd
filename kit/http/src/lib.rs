//! Gateway, extractors, problem details, paging and OpenAPI.
#![doc = include_str!("../README.md")]

mod busiest;
mod config;
pub mod cookies;
mod cores;
mod cursor;
mod directory;
mod encoding;
mod error;
mod extract;
mod gateway;
mod host;
mod idempotency;
mod limits;
mod module;
mod nullable;
pub mod openapi;
mod page_cache;
mod pages;
mod paging;
mod peer;
mod respond;
mod serve;
mod state;
mod telemetry;

pub use config::HttpConfig;
pub use cores::{Cores, CoresError};
pub use cursor::Cursors;
pub use directory::{
    Bound, BoxFuture, Credential, Directory, Elected, Freshness, Membership, PermissionSet, Person,
    Principal, Program, SiteEntry, TenantSnapshot, TenantStatus,
};
pub use error::{ApiError, Problem};
pub use extract::{
    API_KEY_PREFIX, Allowance, Form, Json, OwnSession, Path, PlatformHost, Query, Scope, SignedIn, Upload,
    UploadField, UploadFields, Visitor,
};
pub use gateway::{Gateway, RequestId};
pub use host::{HostError, HostKey};
pub use idempotency::{IdempotencyKey, Once, OnceKey};
pub use limits::{Budget, Limits, Rate};
pub use module::{Module, Section};
pub use nullable::nullable;
pub use page_cache::CachePage;
pub use pages::{PageRoute, Pages};
pub use paging::{List, Listing, Page};
pub use peer::{Peer, Socket, TrustedProxies};
pub use respond::{Created, NoContent, escape, wants_json};
pub use serve::{Patience, ServeOptions, serve};
pub use state::HttpState;
pub use telemetry::Telemetry;
