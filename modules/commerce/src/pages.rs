//! The shop on websites: products, cart, checkout and the page of an order.

mod cart;
mod cart_cookie;
mod cart_lines;
mod catalogue;
mod checkout;
mod featured;
mod order;
mod views;

use axum::response::Redirect;
use stoa_http::Pages;
use stoa_sites::themed;

pub(crate) use featured::FEATURED_PRODUCTS;

const LOOKING: &str = "shoppers look around without an account";
const CART: &str = "the cookie opens its own cart alone";
const ORDERING: &str = "shoppers order without an account";
const ORDER: &str = "the token in the address opens its own order alone";

pub(crate) fn pages() -> Pages {
    Pages::new()
        .shared("/products", LOOKING, themed(catalogue::products))
        .shared("/products/{slug}", LOOKING, themed(catalogue::product))
        .get("/cart", CART, themed(cart::show))
        .get("/cart/summary", CART, cart::summary)
        .post("/cart/lines", CART, themed(cart_lines::add))
        .post("/cart/lines/update", CART, themed(cart_lines::update))
        // Where a refused form was shown again, its address is what a browser reloads.
        .get("/cart/lines", CART, async || Redirect::to("/cart"))
        .get("/cart/lines/update", CART, async || Redirect::to("/cart"))
        .get("/checkout", ORDERING, themed(checkout::show))
        .post("/checkout", ORDERING, themed(checkout::submit))
        .get("/orders/{token}", ORDER, themed(order::show))
}
