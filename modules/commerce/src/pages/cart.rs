//! `/cart` and its summary.

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use stoa_core::{Money, Token};
use stoa_db::Cx;
use stoa_http::{ApiError, Json, Visitor};
use stoa_sites::{Page, PageMeta, render};

use super::{cart_cookie, views::CartPage};
use crate::store;

#[derive(Serialize)]
struct CartData<'p> {
    cart: CartPage,
    error: Option<&'p str>,
}

#[derive(Serialize)]
struct Summary {
    count: u32,
    subtotal: Money,
}

pub(crate) async fn show(visitor: Visitor, headers: HeaderMap) -> Result<Page, ApiError> {
    let token = cart_cookie::read(&headers);
    let mut cx = visitor.read().await?;
    render_cart(&mut cx, &visitor, token.as_ref(), None, StatusCode::OK).await
}

/// For the badge: pages are shared and know nothing of who looks at them.
pub(crate) async fn summary(visitor: Visitor, headers: HeaderMap) -> Result<Response, ApiError> {
    let cart = match cart_cookie::read(&headers) {
        Some(token) => load(&mut visitor.read().await?, &visitor, Some(&token)).await?,
        None => CartPage::empty(visitor.tenant.currency),
    };
    let summary = Summary {
        count: cart.count,
        subtotal: cart.subtotal,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(summary)).into_response())
}

/// The cart that a token opens. One that was ordered, or never was, is empty.
pub(super) async fn load(
    cx: &mut Cx,
    visitor: &Visitor,
    token: Option<&Token>,
) -> Result<CartPage, ApiError> {
    let currency = visitor.tenant.currency;
    let cart = match token {
        Some(token) => store::cart(cx, token, visitor.site).await?,
        None => None,
    };
    Ok(cart.map_or_else(
        || Ok(CartPage::empty(currency)),
        |cart| CartPage::of(cart, currency),
    )?)
}

pub(super) async fn render_cart(
    cx: &mut Cx,
    visitor: &Visitor,
    token: Option<&Token>,
    error: Option<&str>,
    status: StatusCode,
) -> Result<Page, ApiError> {
    let cart = load(cx, visitor, token).await?;
    let meta = PageMeta {
        template: "cart.html",
        path: "/cart".into(),
        title: Some("Your cart".into()),
        description: None,
    };
    Ok(render(cx, visitor, meta, CartData { cart, error })
        .await?
        .with_status(status))
}
