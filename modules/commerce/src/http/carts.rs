//! `/ecommerce/carts`: what a shopper's client may do without signing in, with the cart's token.

use axum::{http::StatusCode, response::Response};
use stoa_core::Token;
use stoa_http::{ApiError, Budget, Created, IdempotencyKey, Json, Once, Path, Visitor};

use super::{
    cart_bodies::{CheckoutBody, PutLineBody},
    cart_views::{CartView, PlacedOrder},
};
use crate::{
    domain::{cart::Cart, ids::VariantId},
    error::CommerceError,
    service::{self, Checkout, PutLine, ShopFront},
    store,
};

/// Makes an empty cart.
#[utoipa::path(
    post,
    path = "/ecommerce/carts",
    tag = "carts",
    responses((status = 201, body = CartView)),
    extensions(("x-public" = json!("shoppers need no account; the answer's token is what opens the cart")))
)]
pub(crate) async fn create(visitor: Visitor) -> Result<Created<CartView>, ApiError> {
    visitor.spend(Budget::Cart)?;
    let mut cx = visitor.begin().await?;
    let (id, token) = service::create_cart(&mut cx, visitor.site).await?;
    cx.commit().await?;
    Ok(Created(CartView::of(
        Cart {
            id,
            lines: Vec::new(),
        },
        &token,
        visitor.tenant.currency,
    )?))
}

/// A cart with the prices of this moment.
#[utoipa::path(
    get,
    path = "/ecommerce/carts/{token}",
    tag = "carts",
    params(("token" = String, Path, description = "The cart's token", example = "3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
    responses(
        (status = 200, body = CartView),
        (status = 404, description = "`commerce.cart_not_found`: no cart of this website, or one that was ordered"),
    ),
    extensions(("x-public" = json!("shoppers need no account; the token opens the cart")))
)]
pub(crate) async fn show(visitor: Visitor, Path(token): Path<String>) -> Result<Json<CartView>, ApiError> {
    let token = parse(&token)?;
    let mut cx = visitor.read().await?;
    let cart = store::cart(&mut cx, &token, visitor.site)
        .await?
        .ok_or(CommerceError::CartNotFound)?;
    Ok(Json(CartView::of(cart, &token, visitor.tenant.currency)?))
}

/// Says how many of a variant the cart holds.
#[utoipa::path(
    put,
    path = "/ecommerce/carts/{token}/lines/{variant_id}",
    tag = "carts",
    params(("token" = String, Path, description = "The cart's token", example = "3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), ("variant_id" = VariantId, Path)),
    request_body = PutLineBody,
    responses(
        (status = 200, body = CartView),
        (status = 404, description = "`commerce.cart_not_found`, `commerce.variant_not_found`"),
        (status = 409, description = "`commerce.out_of_stock`, `commerce.cart_ordered`"),
        (status = 422, description = "`request.invalid`, `commerce.cart_full`"),
    ),
    extensions(("x-public" = json!("shoppers need no account; the token opens the cart")))
)]
pub(crate) async fn put_line(
    visitor: Visitor,
    Path((token, variant)): Path<(String, VariantId)>,
    Json(body): Json<PutLineBody>,
) -> Result<Json<CartView>, ApiError> {
    let (token, change) = (parse(&token)?, body.parse()?);
    let mut cx = visitor.begin().await?;
    let command = PutLine {
        cart: token.clone(),
        site: visitor.site,
        variant,
        change,
    };
    service::put_line(&mut cx, command).await?;
    let cart = store::cart(&mut cx, &token, visitor.site)
        .await?
        .ok_or(CommerceError::CartNotFound)?;
    cx.commit().await?;
    Ok(Json(CartView::of(cart, &token, visitor.tenant.currency)?))
}

/// Orders what is in the cart, at the prices of this moment. Repeated, it answers with the same order.
#[utoipa::path(
    post,
    path = "/ecommerce/carts/{token}/checkout",
    tag = "carts",
    params(("token" = String, Path, description = "The cart's token", example = "3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), IdempotencyKey),
    request_body = CheckoutBody,
    responses(
        (status = 201, body = PlacedOrder, description = "Ordered"),
        (status = 200, body = PlacedOrder, description = "This cart had been ordered before: its order"),
        (status = 404, description = "`commerce.cart_not_found`"),
        (status = 409, description = "`commerce.out_of_stock` naming the lines, `commerce.cart_empty`"),
        (status = 422, description = "`request.invalid`: every field that needs another value"),
    ),
    extensions(("x-public" = json!("shoppers need no account; the token opens the cart")))
)]
pub(crate) async fn checkout(
    visitor: Visitor,
    Path(token): Path<String>,
    Once { body, key }: Once<CheckoutBody>,
) -> Result<Response, ApiError> {
    let (cart, delivery) = (parse(&token)?, body.parse()?);
    let command = Checkout {
        cart,
        site: visitor.site,
        shop: ShopFront {
            name: visitor.tenant.name.clone(),
            url: visitor.url(),
        },
        currency: visitor.tenant.currency,
        delivery,
        expected_total: body.expected_total,
    };
    let mut cx = visitor.begin().await?;
    if let Some(answer) = key.answered(&mut cx).await? {
        return Ok(answer);
    }
    let done = service::checkout(&mut cx, command).await?;
    let status = if done.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let placed = PlacedOrder::of(done.order.into(), &done.token);
    key.commit(cx, (status, Json(placed))).await
}

/// What cannot be a token opens nothing.
fn parse(token: &str) -> Result<Token, CommerceError> {
    Token::parse(token).ok_or(CommerceError::CartNotFound)
}
