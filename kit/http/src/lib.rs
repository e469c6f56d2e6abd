//! Gateway, extractors, problem details, paging and OpenAPI: what modules need to be reached.
#![doc = include_str!("../README.md")]

mod config;
mod created;
mod directory;
mod error;
mod extract;
mod gateway;
mod host;
mod html;
mod module;
mod openapi;
mod origin;
mod page_cache;
mod paging;
mod resolve;
mod serve;
mod state;

pub use config::HttpConfig;
pub use created::Created;
pub use directory::{Credential, Directory, Membership, Principal, SiteEntry, TenantSnapshot, TenantStatus};
pub use error::{ApiError, Problem};
pub use extract::{Form, Json, Path, Query, SESSION_COOKIE, Scope, SignedIn, Visitor, cookie};
pub use gateway::Gateway;
pub use host::HostKey;
pub use html::{escape, page as plain_page};
pub use module::{Module, Mounted, PageRoute, Pages, Section, mount};
pub use openapi::{Access, Route, routes, routes_table};
pub use page_cache::CachePage;
pub use paging::{ListQuery, Page};
pub use resolve::Resolved;
pub use serve::serve;
pub use state::HttpState;
