//! Two modules made for tests: notes, behind a feature, and a plain one that is always on.

mod notes;
mod plain;

use stoa_http::Module;
use utoipa::openapi::OpenApi;

pub(crate) use plain::{SLOW, rendered};

pub(crate) fn modules() -> Vec<Module> {
    vec![notes::module(), plain::module()]
}

pub(crate) fn document() -> OpenApi {
    stoa_http::openapi::document(&modules())
}
