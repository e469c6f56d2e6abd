//! The cookie that opens a shopper's cart: a random token, made when the first thing is put in.

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use stoa_core::Token;
use stoa_db::Cx;
use stoa_http::{ApiError, Budget, Visitor, cookies};

use crate::{service, store};

const NAME: &str = "__Host-cart";
const THIRTY_DAYS: u32 = 30 * 24 * 60 * 60;

/// The token that the visitor brings; whether it opens anything is for the store to say.
pub(super) fn read(headers: &HeaderMap) -> Option<Token> {
    cookies::read(headers, NAME).and_then(Token::parse)
}

/// The visitor's cart when it can still be filled, else a new one.
pub(super) async fn open_cart(
    cx: &mut Cx,
    headers: &HeaderMap,
    visitor: &Visitor,
) -> Result<Token, ApiError> {
    if let Some(token) = read(headers)
        && store::find_cart(cx, &token, visitor.site)
            .await?
            .is_some_and(|cart| !cart.ordered)
    {
        return Ok(token);
    }
    visitor.spend(Budget::Cart)?;
    let (_, token) = service::create_cart(cx, visitor.site).await?;
    Ok(token)
}

/// 303, so that going back or reloading sends nothing twice.
pub(super) fn see_other(to: &str) -> Response {
    (
        StatusCode::SEE_OTHER,
        [(header::LOCATION, to), (header::CACHE_CONTROL, "no-store")],
    )
        .into_response()
}

/// As `see_other`, and keeps the cart for another while.
pub(super) fn see_other_with_cart(to: &str, cart: &Token) -> Response {
    let mut response = see_other(to);
    if let Some(cookie) = cookies::set(NAME, cart.as_str(), THIRTY_DAYS) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
