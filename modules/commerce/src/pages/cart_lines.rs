//! What the forms of products and of the cart send.

use axum::{
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use stoa_core::{Failure, TextError};
use stoa_http::{ApiError, Form, Visitor};

use super::{
    cart::render_cart,
    cart_cookie,
    catalogue::{TypedLine, product_again},
};
use crate::{
    domain::{ids::VariantId, quantity::Quantity},
    error::CommerceError,
    service::{self, LineChange, PutLine},
};

#[derive(Debug, Deserialize)]
pub(crate) struct LineForm {
    #[serde(default)]
    variant: String,
    #[serde(default)]
    quantity: String,
}

/// Puts so many more of a variant into the cart, which is made when there is none.
pub(crate) async fn add(
    visitor: Visitor,
    headers: HeaderMap,
    Form(form): Form<LineForm>,
) -> Result<Response, ApiError> {
    let variant = form.variant()?;
    let mut cx = visitor.begin().await?;
    let refusal = match form.quantity() {
        Ok(quantity) => {
            let cart = cart_cookie::open_cart(&mut cx, &headers, &visitor).await?;
            let change = LineChange::Add(quantity);
            let command = PutLine {
                cart: cart.clone(),
                site: visitor.site,
                variant,
                change,
            };
            match service::put_line(&mut cx, command).await {
                Ok(()) => {
                    cx.commit().await?;
                    return Ok(cart_cookie::see_other_with_cart("/cart", &cart));
                }
                Err(refusal) => refusal,
            }
        }
        Err(error) => CommerceError::invalid("quantity", error),
    };
    let (status, words) = for_shopper(refusal)?;
    let typed = TypedLine {
        variant: form.variant,
        quantity: form.quantity,
    };
    Ok(product_again(&mut cx, &visitor, &typed, &words, status)
        .await?
        .into_response())
}

/// Sets how many of a variant the cart holds; 0 takes it out.
pub(crate) async fn update(
    visitor: Visitor,
    headers: HeaderMap,
    Form(form): Form<LineForm>,
) -> Result<Response, ApiError> {
    let variant = form.variant()?;
    let Some(cart) = cart_cookie::read(&headers) else {
        return Ok(cart_cookie::see_other("/cart"));
    };
    let mut cx = visitor.begin().await?;
    let outcome = match form.change() {
        Ok(change) => {
            let command = PutLine {
                cart: cart.clone(),
                site: visitor.site,
                variant,
                change,
            };
            service::put_line(&mut cx, command).await
        }
        Err(error) => Err(CommerceError::invalid("quantity", error)),
    };
    match outcome {
        Ok(()) => {
            cx.commit().await?;
            Ok(cart_cookie::see_other_with_cart("/cart", &cart))
        }
        // Ordered in another window, or never there: the cart's page says that it is empty.
        Err(CommerceError::CartNotFound | CommerceError::CartOrdered) => Ok(cart_cookie::see_other("/cart")),
        Err(refusal) => {
            let (status, words) = for_shopper(refusal)?;
            Ok(render_cart(&mut cx, &visitor, Some(&cart), Some(&words), status)
                .await?
                .into_response())
        }
    }
}

/// What a refused form is answered with, when the shopper can do something about it.
pub(super) fn for_shopper(refusal: CommerceError) -> Result<(StatusCode, String), CommerceError> {
    let status = StatusCode::from_u16(refusal.kind().status()).unwrap_or(StatusCode::CONFLICT);
    let words = match &refusal {
        CommerceError::OutOfStock(lines) => join(lines.iter().map(|line| line.detail.as_str())),
        CommerceError::Invalid(errors) => join(errors.fields().iter().map(|error| error.detail.as_str())),
        CommerceError::VariantNotFound => {
            return Ok((StatusCode::CONFLICT, "This is no longer for sale.".to_owned()));
        }
        CommerceError::CartFull
        | CommerceError::CartEmpty
        | CommerceError::PricesChanged
        | CommerceError::AmountOutOfRange => refusal.to_string(),
        _ => return Err(refusal),
    };
    Ok((status, words))
}

fn join<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

impl LineForm {
    fn variant(&self) -> Result<VariantId, CommerceError> {
        self.variant.parse().map_err(|_| CommerceError::VariantNotFound)
    }

    /// What the cart's own form asks for.
    fn change(&self) -> Result<LineChange, TextError> {
        match self.quantity.trim() {
            "0" => Ok(LineChange::Remove),
            _ => self.quantity().map(LineChange::Set),
        }
    }

    fn quantity(&self) -> Result<Quantity, TextError> {
        // What is no number is as far out of range as 0.
        let quantity = Quantity::new(self.quantity.trim().parse().unwrap_or(0));
        quantity.map_err(|error| TextError {
            detail: format!("The quantity {}.", error.detail),
            ..error
        })
    }
}
