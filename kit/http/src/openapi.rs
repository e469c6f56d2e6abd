//! The OpenAPI document of all modules, and what is made from it: its page for people, and `routes.txt`.

mod assemble;
mod docs_page;
mod example;
mod faults;
mod filled;
mod problems;
mod routes_table;
mod schema_view;
mod serve;

pub use assemble::document;
pub use faults::faults;
pub use routes_table::{Access, Route, routes, routes_table};
pub(crate) use serve::module;

/// The permission that a route asks for.
const PERMISSION: &str = "x-permission";
/// Why a route asks for nothing.
const PUBLIC: &str = "x-public";
/// Why being signed in is enough.
const SIGNED_IN: &str = "x-signed-in";
/// The feature that a route is behind.
const FEATURE: &str = "x-feature";
/// On the document: the pages, which are no API.
const PAGES: &str = "x-pages";
