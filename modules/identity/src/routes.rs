//! The module's routes; paths stand on the handlers.

use axum::Extension;
use stoa_http::HttpState;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Identity,
    http::{api_keys, auth, members, sessions, tokens},
};

pub(crate) fn routes(identity: Identity) -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(auth::log_in))
        .routes(routes!(auth::log_out))
        .routes(routes!(tokens::grant))
        .routes(routes!(auth::session))
        .routes(routes!(auth::elect))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end))
        .routes(routes!(members::list))
        .routes(routes!(members::change, members::remove))
        .routes(routes!(api_keys::list, api_keys::create))
        .routes(routes!(api_keys::revoke))
        .layer(Extension(identity))
}
