//! The API of commerce: DTOs and handlers, one file per resource.

pub(crate) mod cart_bodies;
mod cart_views;
mod carts;
mod order_views;
mod orders;
mod product_bodies;
mod product_changes;
mod product_views;
mod products;
mod stock_adjustments;
mod variants;

use axum::Extension;
use stoa_http::{Cores, HttpState};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(products::list, products::create))
        .routes(routes!(products::show, products::change, products::delete))
        .routes(routes!(variants::change))
        .routes(routes!(stock_adjustments::create))
        .routes(routes!(orders::list))
        .routes(routes!(orders::show))
        .routes(routes!(orders::cancel))
        .routes(routes!(carts::create))
        .routes(routes!(carts::show))
        .routes(routes!(carts::put_line))
        .routes(routes!(carts::checkout))
        .layer(Extension(Cores::half()))
}
