//! The shop on websites: products, cart, checkout and the page of an order.

mod cart;
mod cart_cookie;
mod cart_lines;
mod catalogue;
mod checkout;
mod featured;
mod order;
mod views;

use stoa_http::Pages;
use stoa_sites::themed;

pub(crate) use featured::FEATURED_PRODUCTS;

pub(crate) fn pages() -> Pages {
    Pages::new()
        .shared(
            "/products",
            "shoppers look around without an account",
            themed(catalogue::products),
        )
        .shared(
            "/products/{slug}",
            "shoppers look around without an account",
            themed(catalogue::product),
        )
        .get(
            "/cart",
            "shows the cart that the cookie opens",
            themed(cart::show),
        )
        .get(
            "/cart/summary",
            "counts the cart that the cookie opens",
            cart::summary,
        )
        .post(
            "/cart/lines",
            "shoppers fill a cart without an account",
            themed(cart_lines::add),
        )
        .post(
            "/cart/lines/update",
            "changes the cart that the cookie opens",
            themed(cart_lines::update),
        )
        .get(
            "/checkout",
            "shoppers order without an account",
            themed(checkout::show),
        )
        .post(
            "/checkout",
            "shoppers order without an account",
            themed(checkout::submit),
        )
        .get(
            "/orders/{token}",
            "the token in the address opens the order",
            themed(order::show),
        )
}
