//! The API of imports: DTOs and handlers, one file per resource.

mod faults;
mod imports;
mod rejected_rows;
mod upload;
mod views;

use axum::Extension;
use stoa_http::HttpState;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Imports;

pub(crate) fn routes(imports: Imports) -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(imports::list, upload::create))
        .routes(routes!(imports::show, imports::delete))
        .routes(routes!(imports::cancel))
        .routes(routes!(faults::list))
        .routes(routes!(rejected_rows::download))
        .layer(Extension(imports))
}
